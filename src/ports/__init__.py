"""What the use cases need from the world: small protocols, one conversation a file."""
