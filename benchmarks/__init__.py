"""Measures fleeting beside stock Celery, in one run, as ratios. `make bench` starts `run.py`."""
