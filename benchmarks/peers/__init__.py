"""The other queues, each in the words of its own documentation.

These modules run in environments of their own (`benchmarks/environments.py`), so they import
nothing but the standard library, one queue's library and each other.
"""
