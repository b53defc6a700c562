"""Authenticators that rely on an OpenID provider: signed tokens, and asking about tokens."""
