"""Ways to prove to Vault who asks, one a file."""
