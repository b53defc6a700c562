"""What is started: settings, the container, and the commands built on them."""
