"""The only place where adapters meet use cases; nothing outside `entrypoints` imports it.

String providers and wiring are left out on purpose: plain factories keep what is made, and
when, in sight. Adapters are found by the URLs in the settings.
"""

from __future__ import annotations

import os
import socket

from dependency_injector import containers, providers

from ..adapters.system.audit_log import LoggedAudit
from ..adapters.system.clock import SystemClock
from ..adapters.system.randomness import SystemRandomness
from ..domain.retry import Backoff
from ..domain.usage import has_quotas
from ..ports.bundles import (
    QueueOptions,
    ResultStoreAdapter,
    SecretSourceAdapter,
    SourceStoreAdapter,
    StoreOptions,
)
from ..ports.runner import Runner
from ..usecases.admit import AdmitTask
from ..usecases.backpressure import Backpressure
from ..usecases.bury import BuryRun
from ..usecases.cancel import CancelTask
from ..usecases.check import CheckTask
from ..usecases.execute import ExecuteTask
from ..usecases.follow import Follow
from ..usecases.identify import Identify
from ..usecases.known_quarantines import KnownQuarantines
from ..usecases.known_sources import KnownSources
from ..usecases.leases import Leases
from ..usecases.presence import Presence
from ..usecases.quotas import Quotas
from ..usecases.refuse import RefuseTask
from ..usecases.report import Reports
from ..usecases.retrieve import MetricRetriever
from ..usecases.run_script import RunScript
from ..usecases.source_guard import SourceGuard
from ..usecases.source_memory import SourceMemory
from ..usecases.submit import SubmitTasks
from ..usecases.sweep import SweepOverdue
from . import (
    adapters,
    authenticators,
    credentials,
    rates,
    resolving,
    runners,
    secret_sources,
    signing,
)
from . import policy as policies
from .execution import Execution
from .lending import Lending
from .settings import Settings
from .worker_facts import OwnFacts


def _name_of(pid: int) -> str:
    """What a worker process of this machine is called."""
    return f"{socket.gethostname()}:{pid}"


def _worker_name() -> str:
    return _name_of(os.getpid())


class _Release:
    """Releases what the worker's half of a process holds."""

    def __init__(
        self,
        results: ResultStoreAdapter,
        sources: SourceStoreAdapter,
        runner: Runner,
        lending: Lending,
        secrets: SecretSourceAdapter | None,
    ) -> None:
        self._results, self._sources, self._runner = results, sources, runner
        self._lending, self._secrets = lending, secrets

    def __call__(self) -> None:
        runners.close(self._runner)
        self._lending.close()
        if self._secrets is not None:
            self._secrets.close()
        self._sources.close()
        self._results.close()


class Container(containers.DeclarativeContainer):
    """One process's objects, made on first use."""

    settings = providers.Dependency(instance_of=Settings)
    limits = settings.provided.limits

    clock = providers.Singleton(SystemClock)
    randomness = providers.Singleton(SystemRandomness)
    worker_name = providers.Singleton(_worker_name)
    policy = providers.Singleton(policies.make, settings.provided.policy)
    audit = providers.Singleton(LoggedAudit)

    find_credentials = providers.Callable(credentials.finder, settings)
    store_options = providers.Factory(
        StoreOptions,
        prefix=settings.provided.prefix,
        find_credentials=find_credentials,
        keeps_usage=providers.Callable(has_quotas, limits),
    )
    queue_options = providers.Factory(
        QueueOptions,
        prefix=settings.provided.queue_prefix,
        name=settings.provided.queue_name,
        inline_source_bytes=settings.provided.inline_source_bytes,
        find_credentials=find_credentials,
        signer=providers.Singleton(signing.make_signer, settings),
    )
    open_message = providers.Singleton(signing.make_opener, settings, clock)
    results = providers.Singleton(adapters.result_store, settings.provided.store, store_options)
    sources = providers.Singleton(
        adapters.source_store, settings.provided.source_store_url, store_options
    )
    queue = providers.Singleton(adapters.task_queue, settings.provided.queue_url, queue_options)
    runner = providers.Singleton(runners.make, settings)
    secrets = providers.Singleton(secret_sources.make, settings)
    lending = providers.Singleton(Lending, secrets, clock)
    resolve = providers.Singleton(resolving.make, policy, secrets, lending, clock, audit)
    authenticator = providers.Singleton(authenticators.make, settings)
    identify = providers.Singleton(Identify, authenticator.provided.authenticator, policy)
    throttle = providers.Singleton(rates.make_throttle, settings, results, clock)
    refused_tokens = providers.Singleton(rates.make_refused, throttle, clock)

    known_sources = providers.Singleton(
        KnownSources,
        sources=sources.provided.writer,
        clock=clock,
        limits=limits,
        fleet=results.provided.fleet,
    )
    known_quarantines = providers.Singleton(
        KnownQuarantines, results.provided.quarantines, clock=clock
    )
    check = providers.Singleton(
        CheckTask,
        policy=policy,
        sources=known_sources,
        quarantines=known_quarantines,
        limits=limits,
        isolation=settings.provided.isolation_in_force,
    )
    admit = providers.Singleton(
        AdmitTask,
        policy=policy,
        sources=known_sources,
        quarantines=known_quarantines,
        limits=limits,
        isolation=settings.provided.isolation_in_force,
    )
    backpressure = providers.Singleton(
        Backpressure,
        queue.provided.queue,
        records=results.provided.records,
        limits=limits,
        clock=clock,
    )
    quotas = providers.Singleton(Quotas, results.provided.records, limits=limits, clock=clock)
    submit = providers.Singleton(
        SubmitTasks,
        backpressure=backpressure,
        quotas=quotas,
        admit=admit,
        records=results.provided.records,
        queue=queue.provided.queue,
        is_one_server=settings.provided.is_one_server,
        clock=clock,
        randomness=randomness,
        limits=limits,
    )
    cancel = providers.Singleton(CancelTask, records=results.provided.records)
    follow = providers.Singleton(Follow, feed=results.provided.feed)
    retriever = providers.Singleton(
        MetricRetriever,
        reader=results.provided.reader,
        follow=follow,
        clock=clock,
        limits=limits,
    )

    leases = providers.Singleton(
        Leases, writer=results.provided.writer, clock=clock, lease=settings.provided.lease
    )
    reports = providers.Singleton(Reports, writer=results.provided.writer)
    refuse = providers.Singleton(
        RefuseTask,
        writer=results.provided.writer,
        clock=clock,
        ttl=limits.default_ttl,
        audit=audit,
    )
    own_facts = providers.Singleton(
        OwnFacts,
        worker=worker_name,
        runner=runner,
        clock=clock,
        settings=settings,
        refusals=refuse.provided.counts,
    )
    run_script = providers.Singleton(
        RunScript,
        sources=providers.Singleton(SourceMemory, sources.provided.reader),
        runner=runner,
        clock=clock,
        limits=limits,
        facts=own_facts,
        resolve=resolve,
    )
    guard = providers.Singleton(SourceGuard, results.provided.quarantine_register, limits)
    execute = providers.Singleton(
        ExecuteTask,
        guard=guard,
        writer=results.provided.writer,
        run_script=run_script,
        leases=leases,
        reports=reports,
        clock=clock,
        randomness=randomness,
        backoff=providers.Singleton(Backoff),
        worker=worker_name,
    )
    bury = providers.Singleton(
        BuryRun,
        writer=results.provided.writer,
        guard=guard,
        name_of=providers.Object(_name_of),
    )
    sweep = providers.Singleton(
        SweepOverdue, writer=results.provided.writer, open_tasks=results.provided.open_tasks
    )
    presence = providers.Singleton(
        Presence,
        register=results.provided.register,
        facts=own_facts,
    )
    execution = providers.Singleton(
        Execution,
        execute=execute,
        refuse=refuse,
        bury=bury,
        leases=leases,
        reports=reports,
        sweep=sweep,
        signals=results.provided.cancel_signals,
        presence=presence,
        guard=guard,
        release=providers.Factory(_Release, results, sources, runner, lending, secrets),
    )
