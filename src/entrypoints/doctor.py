"""Say how far an installation can be relied on, and what its operator should change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..domain.backlog import check_backlog, describe_backlog
from ..domain.errors import (
    ConfigurationError,
    InvalidSetting,
    MissingExtra,
    PortError,
    QueueFull,
    WeakIsolation,
)
from ..domain.isolation import Isolation
from ..domain.limits import Limits
from ..domain.worker_facts import LibrarySet, WorkerFacts
from ..ports.fleet import Fleet
from ..ports.health import Diagnosis, SupportsDiagnosis, SupportsPing
from ..usecases.backpressure import Backpressure
from . import runners, signing
from .authenticators import NONE, refuse_exposure
from .check import mask
from .closing import close_adapters
from .container import Container
from .credentials import given_back
from .settings import Settings, load

_PATIENCE: Final = 10.0
"""Seconds that one dependency may take to be looked at."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found about one part of the installation."""

    part: str
    findings: tuple[Diagnosis, ...]


def run() -> tuple[Examination, ...]:
    """Look at isolation and at every dependency.

    Raises:
        ConfigurationError: the settings cannot be.
    """
    with given_back():
        settings = load()
        return asyncio.run(_examine(settings))


def is_well(examinations: Sequence[Examination]) -> bool:
    """Whether nothing was found that is an error."""
    return all(found.severity != "error" for each in examinations for found in each.findings)


async def _examine(settings: Settings) -> tuple[Examination, ...]:
    container = Container(settings=settings)
    results, queue = container.results(), container.queue()
    secrets = container.secrets()
    named = f"secret source {mask(settings.secrets)}"
    try:
        return (
            Examination("runs", tuple(_isolation(settings))),
            Examination("signed tasks", (examine_signing(settings),)),
            await examine_authentication(container, settings),
            await _look(f"result store {mask(settings.store)}", results.health),
            await _look(f"task queue {mask(settings.queue_url)}", queue.health),
            *([await _look(named, secrets.health)] if secrets is not None else []),
            *await _backlog(container.backpressure(), settings.limits),
            *await examine_workers(results.fleet),
        )
    finally:
        await close_adapters(container)


def _isolation(settings: Settings) -> Iterator[Diagnosis]:
    level = settings.isolation_in_force
    if level is Isolation.NONE:
        yield Diagnosis("isolation", "error", "none: scripts run inside this process")
        return
    try:
        attestation = runners.attest(settings)
    except (WeakIsolation, InvalidSetting) as exc:
        yield Diagnosis("isolation", "error", exc.message)
        return
    if attestation is None:
        yield Diagnosis(
            "isolation",
            "warning",
            f"{level}: limits hold, but scripts can read what the worker's user can; run only "
            "scripts of people you trust, or set FLEETING_ISOLATION=confined",
        )
        return
    yield Diagnosis(
        "isolation",
        "ok",
        f"{attestation.effective}, files {attestation.files}, user {attestation.user}, kernel "
        f"{attestation.kernel}, filter {attestation.filter_sha256[:12]}",
    )
    for check in attestation.checks:
        yield Diagnosis(check.name, "ok" if check.holds else "error", check.found)


async def examine_authentication(container: Container, settings: Settings) -> Examination:
    """How the API learns who asks, and whether it can."""
    part = f"authentication {settings.auth}"
    try:
        refuse_exposure(settings)
        adapter = container.authenticator()
    except ConfigurationError as exc:
        return Examination(part, (Diagnosis("settings", "error", exc.message),))
    if settings.auth == NONE:
        everybody = "none: every user and program of this machine may do everything"
        return Examination(part, (Diagnosis("tokens", "warning", everybody),))
    try:
        return await _look(part, adapter.health)
    finally:
        await adapter.aclose()


def examine_signing(settings: Settings) -> Diagnosis:
    """Whose signatures count."""
    if settings.signing_transit and settings.secrets_secret_id_wrapped:
        # To ask Vault would use up what was delivered to the worker.
        return Diagnosis("keys", "ok", "not looked at: they are where the wrapped secret id leads")
    try:
        keys = signing.trusted_lines(settings)
    except (InvalidSetting, MissingExtra, PortError) as exc:
        return Diagnosis("keys", "error", exc.message)
    if settings.accept_unsigned:
        return Diagnosis(
            "keys",
            "warning",
            "messages need no signature: whoever can write to the queue can run code; unset "
            "FLEETING_ACCEPT_UNSIGNED once all who submit have keys",
        )
    if not keys:
        return Diagnosis(
            "keys", "warning", "none: neither API nor worker starts with these settings"
        )
    return Diagnosis("keys", "ok", f"{len(keys)} key(s) count")


async def examine_workers(fleet: Fleet | None) -> tuple[Examination, ...]:
    """What the workers say; nothing where that cannot be known, for the store tells why."""
    if fleet is None:
        return ()
    try:
        async with asyncio.timeout(_PATIENCE):
            workers = await fleet.workers()
    except (PortError, TimeoutError):
        return ()
    if not workers:
        none = Diagnosis("workers", "warning", "none is there: tasks wait until one starts")
        return (Examination("workers", (none,)),)
    return (Examination("workers", tuple(map(_worker, workers))),)


async def _backlog(backpressure: Backpressure, limits: Limits) -> tuple[Examination, ...]:
    """What waits; nothing where that cannot be known, for the queue tells why."""
    try:
        async with asyncio.timeout(_PATIENCE):
            backlog = await backpressure.backlog()
    except TimeoutError:
        return ()
    if backlog is None:
        return ()
    try:
        check_backlog(backlog, limits, drained=None)
    except QueueFull as exc:
        full = f"{describe_backlog(backlog)}: submissions are refused; start more workers"
        return (Examination("backlog", (Diagnosis(exc.code, "warning", full),)),)
    return (Examination("backlog", (Diagnosis("queue", "ok", describe_backlog(backlog)),)),)


def _worker(facts: WorkerFacts) -> Diagnosis:
    failing = facts.attestation.failing if facts.attestation else ()
    said = (
        f"isolation {facts.isolation}, fleeting {facts.version}, Python {facts.python}, "
        f"library sets {', '.join(map(_named, facts.libraries))}"
    )
    if failing:
        return Diagnosis(facts.worker, "error", f"{said}; runs can {failing[0].name}")
    if facts.refused:
        counts = ", ".join(f"{count} {reason}" for reason, count in sorted(facts.refused.items()))
        return Diagnosis(facts.worker, "warning", f"{said}; has refused messages: {counts}")
    return Diagnosis(facts.worker, "ok", said)


def _named(libraries: LibrarySet) -> str:
    loaded = f" ({', '.join(libraries.modules)})" if libraries.modules else ""
    return f"{libraries.name}{loaded}"


async def _look(part: str, health: SupportsPing) -> Examination:
    try:
        async with asyncio.timeout(_PATIENCE):
            if isinstance(health, SupportsDiagnosis):
                return Examination(part, tuple(await health.diagnose()))
            await health.ping()
    except PortError as exc:
        return Examination(part, (Diagnosis("answer", "error", exc.message),))
    except TimeoutError:
        late = f"no answer within {_PATIENCE:g} seconds"
        return Examination(part, (Diagnosis("answer", "error", late),))
    return Examination(part, (Diagnosis("answer", "ok", "it answers"),))
