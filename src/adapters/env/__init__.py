"""Secrets that stand in the environment of the process."""
