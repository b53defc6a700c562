"""Start the HTTP API: both halves, or the Metric Retriever alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.errors import MissingExtra
from . import access, adapters, audit, logs
from .authenticators import NONE, check_exposure, is_loopback
from .closing import closing
from .container import Container
from .credentials import given_back
from .embedded import embedded_worker
from .serving import serve
from .settings import Settings, load
from .signing import check_signer

if TYPE_CHECKING:
    from ..adapters.fastapi.app import App


def run(*, host: str | None = None, port: int | None = None, roles: str | None = None) -> None:
    """Serve until SIGTERM or SIGINT; arguments of None come from the settings.

    Raises:
        ConfigurationError: the settings cannot be.
    """
    settings = load(api_host=host, api_port=port, api_roles=roles)
    logs.configure(settings.log_level)
    audit.configure(settings.audit)
    check_exposure(settings)
    container = Container(settings=settings)
    with given_back(), embedded_worker(container):
        app = make_app(container, settings)
        if settings.auth == NONE:
            _keep_pages_out(app)
        serve(app, settings)


def make_app(container: Container, settings: Settings) -> App:
    """The app over the use cases of `container`.

    Raises:
        MissingExtra: the packages of the API are not installed.
    """
    try:
        from ..adapters.fastapi.app import make_app as make
    except ImportError as exc:
        raise MissingExtra(
            "the API needs packages that are not installed: pip install 'fleeting[api]'"
        ) from exc
    submits = "submit" in settings.roles
    pings = {"result_store": container.results().health}
    if settings.auth != NONE:
        pings["authenticator"] = container.authenticator().health
    if (secrets := container.secrets()) is not None:
        pings["secret_source"] = secrets.health
    served = {"result_store": adapters.scheme_of(settings.store)}
    if submits:
        check_signer(settings)
        pings["task_queue"] = container.queue().health
        served |= {
            "source_store": adapters.scheme_of(settings.source_store_url),
            "task_queue": adapters.scheme_of(settings.queue_url),
        }
    return make(
        submit=container.submit() if submits else None,
        check=container.check() if submits else None,
        cancel=container.cancel() if submits else None,
        retriever=container.retriever(),
        follow=container.follow(),
        clock=container.clock(),
        pings=pings,
        limits=settings.limits,
        isolation=settings.isolation_in_force,
        roles=settings.roles,
        max_body_bytes=settings.max_body_bytes,
        cors_origins=settings.cors_origins,
        access=access.make(container, settings),
        adapters=served,
        fleet=container.results().fleet,
        backpressure=container.backpressure() if submits else None,
        lifespan=closing(container, has_queue=submits),
    )


def _keep_pages_out(app: App) -> None:
    from ..adapters.fastapi.own_host import OwnHost

    app.add_middleware(OwnHost, is_own=is_loopback)
