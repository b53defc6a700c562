"""What the kernel is told to refuse: tables of system calls, and how they get there."""
