"""What the API does: who may ask, what is accepted, what is read."""

from __future__ import annotations

from dependency_injector import providers

from ...usecases.admission import Admission
from ...usecases.admit import AdmitTask
from ...usecases.backpressure import Backpressure
from ...usecases.cancel import CancelTask
from ...usecases.check import CheckTask
from ...usecases.follow import Follow
from ...usecases.identify import Identify
from ...usecases.known_quarantines import KnownQuarantines
from ...usecases.known_sources import KnownSources
from ...usecases.quotas import Quotas
from ...usecases.retrieve import MetricRetriever
from ...usecases.submit import SubmitTasks
from .. import authenticators, rates
from .foundation import Foundation


class ApiSide(Foundation):
    """Use cases of requests."""

    authenticator = providers.Singleton(authenticators.make, Foundation.settings)
    identify = providers.Singleton(
        Identify, authenticator.provided.authenticator, Foundation.policy
    )
    throttle = providers.Singleton(
        rates.make_throttle, Foundation.settings, Foundation.results, Foundation.clock
    )
    refused_tokens = providers.Singleton(rates.make_refused, throttle, Foundation.clock)
    known_sources = providers.Singleton(
        KnownSources,
        sources=Foundation.sources.provided.writer,
        clock=Foundation.clock,
        limits=Foundation.limits,
        fleet=Foundation.results.provided.fleet,
    )
    known_quarantines = providers.Singleton(
        KnownQuarantines, Foundation.results.provided.quarantines, clock=Foundation.clock
    )
    admission = providers.Singleton(
        Admission,
        policy=Foundation.policy,
        sources=known_sources,
        quarantines=known_quarantines,
        limits=Foundation.limits,
        isolation=Foundation.settings.provided.isolation_in_force,
    )
    check = providers.Singleton(CheckTask, admission)
    admit = providers.Singleton(AdmitTask, admission)
    backpressure = providers.Singleton(
        Backpressure,
        Foundation.queue.provided.queue,
        records=Foundation.results.provided.records,
        limits=Foundation.limits,
        clock=Foundation.clock,
    )
    quotas = providers.Singleton(
        Quotas,
        Foundation.results.provided.records,
        limits=Foundation.limits,
        clock=Foundation.clock,
    )
    submit = providers.Singleton(
        SubmitTasks,
        backpressure=backpressure,
        quotas=quotas,
        admit=admit,
        records=Foundation.results.provided.records,
        queue=Foundation.queue.provided.queue,
        is_one_server=Foundation.settings.provided.is_one_server,
        clock=Foundation.clock,
        randomness=Foundation.randomness,
        limits=Foundation.limits,
    )
    cancel = providers.Singleton(CancelTask, records=Foundation.results.provided.records)
    follow = providers.Singleton(Follow, feed=Foundation.results.provided.feed)
    retriever = providers.Singleton(
        MetricRetriever,
        reader=Foundation.results.provided.reader,
        follow=follow,
        clock=Foundation.clock,
        limits=Foundation.limits,
    )
