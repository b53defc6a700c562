"""What one writes with FastAPI, Celery and redis-py in an afternoon, for the same jobs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio
from fastapi import FastAPI
from pydantic import BaseModel

from ..child import Child
from ..ground import Ground
from ..peers import server
from ..peers.server import SERVER
from .celery_stock import make_app as make_celery
from .fetch import fetch_all
from .quotes import Quote


class Submission(BaseModel):
    """A call of the registered task."""

    a: int
    b: int


def start(ground: Ground, port: int) -> Child:
    """One process of uvicorn, as fleeting's API is; without its access log, which costs time."""
    factory = f"{__name__}:make_app"
    return Child(
        ["uvicorn", factory, "--factory", "--port", str(port), "--no-access-log"],
        log=ground.logs / "plain-api.log",
        environment={SERVER: ground.url},
    )


def make_app() -> FastAPI:
    """Endpoints in the way that FastAPI's own pages teach."""
    url = server.url()
    # Under the largest load the event loop makes answers for more than five seconds on end; after
    # so long redis-py would take those of Redis, which wait meanwhile, for lost.
    client = redis.asyncio.Redis.from_url(url, socket_timeout=60)
    add: Any = make_celery(url).tasks["add"]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await client.aclose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/values", response_model=list[Quote])
    async def values(function: str) -> Any:
        return [json.loads(value) for value in await fetch_all(client, function)]

    @app.post("/submit", status_code=202)
    def submit(call: Submission) -> dict[str, str]:
        return {"id": add.apply_async((call.a, call.b)).id}

    @app.post("/submit-many", status_code=202)
    def submit_many(calls: list[Submission]) -> list[str]:
        return [add.apply_async((call.a, call.b)).id for call in calls]

    return app
