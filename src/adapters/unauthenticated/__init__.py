"""The authenticator of installations that ask for no token."""
