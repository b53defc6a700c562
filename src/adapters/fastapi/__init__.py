"""The HTTP API: `app.py` puts it together; two routers, submission and retrieval, serve tasks."""
