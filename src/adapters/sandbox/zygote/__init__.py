"""The inside of the fork server and of its children. Standard library only."""
