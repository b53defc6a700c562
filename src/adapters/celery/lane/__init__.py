"""The worker's fast way: plain messages share round trips; all others take Celery's own way."""
