"""What both halves of an installation stand on: settings, clocks, stores, queue, secrets."""

from __future__ import annotations

from dependency_injector import containers, providers

from ...adapters.system.clock import SystemClock
from ...adapters.system.randomness import SystemRandomness
from ...domain.usage import has_quotas
from ...ports.bundles import QueueOptions, StoreOptions
from .. import adapters, credentials, secret_sources, signing
from .. import audit as audits
from .. import policy as policies
from ..settings import Settings


class Foundation(containers.DeclarativeContainer):
    """Adapters, found by the URLs in the settings, and what they are told."""

    settings = providers.Dependency(instance_of=Settings)
    limits = settings.provided.limits
    clock = providers.Singleton(SystemClock)
    randomness = providers.Singleton(SystemRandomness)
    policy = providers.Singleton(policies.make, settings.provided.policy)
    audit = providers.Singleton(audits.make, settings.provided.audit)
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
    results = providers.Singleton(adapters.result_store, settings.provided.store, store_options)
    sources = providers.Singleton(
        adapters.source_store,
        settings.provided.source_store_url,
        store_options,
        settings.provided.source_store_variable,
    )
    queue = providers.Singleton(
        adapters.task_queue,
        settings.provided.queue_url,
        queue_options,
        settings.provided.queue_variable,
    )
    secrets = providers.Singleton(secret_sources.make, settings)
