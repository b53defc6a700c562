"""Static tokens: their digests in a file, and the authenticator that knows them."""
