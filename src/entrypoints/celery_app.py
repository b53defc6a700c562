"""The application for Celery's own commands: `celery -A fleeting.entrypoints.celery_app …`.

For those who know Celery: `inspect`, `control`, `events`, `purge`, and `worker` with all of its
options. `fleeting worker` is the same worker with pools of fleeting's own, which no message can
block and which stop in time; Celery's own waits for all runs at SIGTERM, unless
`REMAP_SIGTERM=SIGQUIT` is in its environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import JsonValue

from ..domain.message import encode
from ..domain.seal import call_texts, seal
from ..domain.source import digest
from ..domain.task import TaskRequest, accept
from ..usecases.mint import KeyMint
from .container import Container
from .settings import load
from .signing import check_signer
from .worker import make_app


def call(
    source: str,
    function: str,
    *args: JsonValue,
    kwargs: Mapping[str, JsonValue] | None = None,
    namespace: str = "",
    principal: str = "",
    **options: JsonValue,
) -> dict[str, JsonValue]:
    """The keyword arguments of `fleeting.run` for one call, signed: for Celery's canvas.

        run = app.tasks["fleeting.run"]
        chain(run.si(**call(SOURCE, "load")), run.si(**call(SOURCE, "clean"))).apply_async()

    `key` in it names the result. It is for one message: a key runs once.

    Args:
        source: the module text, which travels in the message.
        function: name of a top-level function in it.
        args: positional parameters.
        kwargs: keyword parameters.
        namespace: where the result shall be.
        principal: subject of who submits.
        options: as in `POST /tasks`; `countdown_seconds` moves the deadline, the delay is Celery's.

    Raises:
        InvalidTask: the call cannot be, or an option is beyond a cap.
        InvalidSetting: there is no key to sign with.
    """
    container = _container()
    settings, signer = container.settings(), container.queue_options().signer
    check_signer(settings)
    said = {
        "source": source,
        "function": function,
        "args": list(args),
        "kwargs": dict(kwargs or {}),
    }
    request = TaskRequest.read({**said, **options})
    task = accept(
        request,
        key=_mint().key(request.function),
        namespace=namespace,
        source_digest=digest(source),
        limits=settings.limits,
        principal=principal,
    )
    inline = settings.limits.max_source_bytes
    if signer is None:
        return encode(task, inline_bytes=inline)
    return seal(
        [task],
        call_texts([task]),
        sign=signer.sign,
        queue=settings.queue_name,
        inline_bytes=inline,
    )


def __getattr__(name: str) -> object:
    """`app`, made from the settings when it is first asked for."""
    if name == "app":
        return _make()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _make() -> object:
    return make_app(_container())


@cache
def _container() -> Container:
    return Container(settings=load())


@cache
def _mint() -> KeyMint:
    container = _container()
    return KeyMint(clock=container.clock(), randomness=container.randomness())
