"""Everything in one process: for tests, for `Fleeting.in_memory()` and for a first look.

What is stored is encoded, expires and is refused as in a real store, so that what works here
works there too.
"""
