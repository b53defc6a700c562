"""Secrets that a program hands in, for an installation in its own memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from dependency_injector import providers

from ..adapters.memory.policy_source import FixedPolicy
from ..adapters.memory.secrets import MemoryLeaseSource, MemorySecrets, MemorySecretSource
from ..domain.policy import Grant, Policy
from ..domain.references import SecretReference, lease_reference, secret_reference
from ..ports.bundles import SecretSourceAdapter
from .container import Container

Secrets: TypeAlias = Mapping[str, str | Mapping[str, str]]
"""Texts by `path#field`; objects of texts by path: what each run gets there as a lease."""

_ALL: Final = Policy(grants=(Grant(subjects=("*",), namespaces=("*",), secrets=("*",)),))


def hand_in(secrets: Secrets, container: Container) -> None:
    """Have tasks of this installation name these secrets and no others, whoever submits them.

    Raises:
        InvalidReference: a name is not of the form that its value asks for.
    """
    kept = MemorySecrets()
    fields: dict[str, dict[str, str]] = {}
    for name, value in secrets.items():
        if isinstance(value, str):
            one: SecretReference = secret_reference(name)
            fields.setdefault(one.path, {})[one.field] = value
        else:
            kept.offer(lease_reference(name).path, fields=value)
    for path, found in fields.items():
        kept.put(path, found)
    adapter = SecretSourceAdapter(
        source=MemorySecretSource(kept), leases=MemoryLeaseSource(kept), health=kept
    )
    container.secrets.override(providers.Object(adapter))
    container.policy.override(providers.Object(FixedPolicy(_ALL)))
