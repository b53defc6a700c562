"""A stock Celery worker: `python -m benchmarks.subjects.celery_worker URL [options of celery]`."""

from __future__ import annotations

import sys

from .celery_stock import make_app

if __name__ == "__main__":
    make_app(sys.argv[1]).worker_main(["worker", *sys.argv[2:]])
