"""Redis and Valkey: stores, and the embedded server; redis-py does not leave this folder."""
