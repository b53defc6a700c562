"""The factory for Vault URLs, as the entry points name it."""

from __future__ import annotations

from functools import partial

from ...domain.errors import InvalidSetting, MissingExtra
from ...ports.bundles import SecretOptions, SecretSourceAdapter
from .url import parse


def secret_source(url: str, options: SecretOptions) -> SecretSourceAdapter:
    """Secrets and leases of the Vault behind `url`; nothing is connected before its first use.

    Raises:
        InvalidSetting: the URL is not one of Vault, or no login follows from it.
        MissingExtra: hvac is not installed.
    """
    place = parse(url)
    if place.path or place.fragment:
        raise InvalidSetting(
            "references name secrets with their mount, as in kv/path#field: remove what stands "
            "after the host in FLEETING_SECRETS"
        )
    try:
        from .health import VaultHealth
        from .lease_source import VaultLeaseSource
        from .opening import open_client
        from .secret_source import VaultSecretSource
        from .transit_signer import TransitSigner
    except ImportError as exc:
        raise MissingExtra(
            "Vault needs packages that are not installed: pip install 'fleeting[vault]'"
        ) from exc
    client = open_client(place, options)
    return SecretSourceAdapter(
        source=VaultSecretSource(client, cache_seconds=place.options.cache_seconds),
        leases=VaultLeaseSource(client),
        signer=partial(TransitSigner, client),
        health=VaultHealth(client, place, may_log_in=not options.is_wrapped),
        close=client.close,
    )
