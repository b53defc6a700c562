"""The contract kit: the tests that every adapter of a port must pass, third parties too."""
