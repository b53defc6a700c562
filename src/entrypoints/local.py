"""The whole platform behind one object: in memory, or on what the settings name."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Literal, Self

from ..adapters.sdk.local_gateway import LocalGateway
from ..adapters.sdk.surface import Surface
from .closing import close_adapters
from .container import Container
from .embedded import embedded_worker
from .handed_in_secrets import Secrets, hand_in
from .settings import Settings, load
from .signing import check_signer

MEMORY = "memory://"


class Fleeting(Surface):
    """Functions in, fleeting results out, without an API in between.

    In memory it is the whole pipeline in this process; from settings it submits to, and reads
    from, the same servers as the API and the workers.
    """

    @classmethod
    def in_memory(
        cls,
        *,
        namespace: str = "",
        isolation: Literal["none", "process", "confined", "isolated"] | None = None,
        secrets: Secrets | None = None,
    ) -> Self:
        """Everything in this process: queue, stores and workers; nothing outlives it.

        Runs still have a process each. `isolation="none"` runs scripts inside this process, for
        trusted scripts and debuggers; time and memory limits are refused then.

        Args:
            namespace: of all tasks.
            isolation: how runs are kept apart; None: as well as this machine can.
            secrets: what every task may name: texts by `path#field` for `$secret`, objects of
                texts by path for `$lease`. With None, settings say.

        Raises:
            InvalidReference: a name in `secrets` is none.
        """
        memory = {"store": MEMORY, "source_store": MEMORY, "queue": MEMORY}
        return cls._open(load(**memory, isolation=isolation), namespace, secrets)

    @classmethod
    def from_settings(cls, *, namespace: str = "", **settings: object) -> Self:
        """On the servers that `FLEETING_…` variables name; arguments win over variables.

        Raises:
            ConfigurationError: the settings cannot be.
        """
        return cls._open(load(**settings), namespace)

    @classmethod
    def _open(cls, settings: Settings, namespace: str, secrets: Secrets | None = None) -> Self:
        check_signer(settings)
        container = Container(settings=settings)
        if secrets is not None:
            hand_in(secrets, container)
        with ExitStack() as opened:
            opened.enter_context(embedded_worker(container))
            gateway = LocalGateway(
                submit=container.submit(),
                check=container.check(),
                cancel=container.cancel(),
                retriever=container.retriever(),
                namespace=namespace,
                fleet=container.results().fleet,
                ping=container.results().health.ping,
                release=lambda: _release(container),
            )
            return cls(gateway, close=opened.pop_all().close)


async def _release(container: Container) -> None:
    await container.follow().close()
    await close_adapters(container)
