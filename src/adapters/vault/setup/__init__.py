"""Prepare a Vault for an installation: policies, roles and engines, each with the least rights."""
