"""What a worker does: takes a message, runs its task, says what became of it."""

from __future__ import annotations

import os
import socket

from dependency_injector import providers

from ...domain.retry import Backoff
from ...usecases.bury import BuryRun
from ...usecases.execute import ExecuteTask
from ...usecases.leases import Leases
from ...usecases.presence import Presence
from ...usecases.refuse import RefuseTask
from ...usecases.report import Reports
from ...usecases.run_script import RunScript
from ...usecases.source_guard import SourceGuard
from ...usecases.source_memory import SourceMemory
from ...usecases.sweep import SweepOverdue
from .. import resolving, runners, signing
from ..execution import Execution
from ..lending import Lending
from ..refusals import Refusals
from ..worker_facts import OwnFacts
from .foundation import Foundation
from .release import Release


def _name_of(pid: int) -> str:
    """What a worker process of this machine is called."""
    return f"{socket.gethostname()}:{pid}"


def _worker_name() -> str:
    return _name_of(os.getpid())


class WorkerSide(Foundation):
    """Use cases of runs."""

    worker_name = providers.Singleton(_worker_name)
    open_message = providers.Singleton(signing.make_opener, Foundation.settings, Foundation.clock)
    runner = providers.Singleton(runners.make, Foundation.settings)
    lending = providers.Singleton(Lending, Foundation.secrets, Foundation.clock)
    resolve = providers.Singleton(
        resolving.make,
        Foundation.policy,
        Foundation.secrets,
        lending,
        Foundation.clock,
        Foundation.audit,
    )
    leases = providers.Singleton(
        Leases,
        writer=Foundation.results.provided.writer,
        clock=Foundation.clock,
        lease=Foundation.settings.provided.lease,
    )
    reports = providers.Singleton(Reports, writer=Foundation.results.provided.writer)
    refusals = providers.Singleton(Refusals)
    refuse = providers.Singleton(
        RefuseTask,
        writer=Foundation.results.provided.writer,
        clock=Foundation.clock,
        ttl=Foundation.limits.default_ttl,
        audit=Foundation.audit,
        count=refusals.provided.add,
    )
    own_facts = providers.Singleton(
        OwnFacts,
        worker=worker_name,
        runner=runner,
        clock=Foundation.clock,
        settings=Foundation.settings,
        refusals=refusals.provided.totals,
    )
    run_script = providers.Singleton(
        RunScript,
        sources=providers.Singleton(SourceMemory, Foundation.sources.provided.reader),
        runner=runner,
        clock=Foundation.clock,
        limits=Foundation.limits,
        facts=own_facts,
        resolve=resolve,
    )
    guard = providers.Singleton(
        SourceGuard, Foundation.results.provided.quarantine_register, Foundation.limits
    )
    execute = providers.Singleton(
        ExecuteTask,
        guard=guard,
        writer=Foundation.results.provided.writer,
        run_script=run_script,
        leases=leases,
        reports=reports,
        clock=Foundation.clock,
        randomness=Foundation.randomness,
        backoff=providers.Singleton(Backoff),
        worker=worker_name,
    )
    bury = providers.Singleton(
        BuryRun,
        writer=Foundation.results.provided.writer,
        guard=guard,
        name_of=providers.Object(_name_of),
    )
    sweep = providers.Singleton(
        SweepOverdue,
        writer=Foundation.results.provided.writer,
        open_tasks=Foundation.results.provided.open_tasks,
    )
    presence = providers.Singleton(
        Presence,
        register=Foundation.results.provided.register,
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
        signals=Foundation.results.provided.cancel_signals,
        presence=presence,
        guard=guard,
        release=providers.Factory(
            Release, Foundation.results, Foundation.sources, runner, lending, Foundation.secrets
        ),
    )
