"""Whom is measured: fleeting, stock Celery, a naive platform, plain FastAPI."""
