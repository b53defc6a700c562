"""One folder a technology, one file a port: they translate, and nothing of a vendor leaves them."""
