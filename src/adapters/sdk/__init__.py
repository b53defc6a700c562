"""The Python client: one surface over a gateway, in this process or over HTTP."""
