"""Celery as the engine: tasks travel to workers as Celery messages over Redis."""
