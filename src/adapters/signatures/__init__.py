"""Signatures by keys that lie in this process."""
