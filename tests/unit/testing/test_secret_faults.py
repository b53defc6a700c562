"""The contracts of secrets and leases catch each of these faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.secrets import (
    MemoryLeaseSource,
    MemorySecrets,
    MemorySecretSource,
)
from fleeting.adapters.memory.store import MemoryStore
from fleeting.domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable
from fleeting.ports.lease_source import Lease
from fleeting.testing import LeaseSourceContract, SecretSourceContract

ROLE, SHORT_ROLE = "database/creds/reader", "database/creds/brief"
TICK = LeaseSourceContract.tick


class StripsSpace(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        return {name: value.strip() for name, value in super().read(path).items()}


class KnowsOneField(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        return dict([next(iter(super().read(path).items()))])


class FindsParents(MemorySecretSource):
    """As a folder that is read with all below it."""

    def read(self, path: str) -> Mapping[str, str]:
        below = [name for name in self.secrets._secrets if name.startswith(path)]
        found = dict[str, str]()
        for name in [path, *below]:
            found |= super().read(name)
        return found


class ResolvesDots(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        return super().read(path.replace("/../kv", "").replace("/./", "/"))


class ReadsWhatFollowsAQuestionMark(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        return super().read(path.partition("?")[0])


class KeepsForEver(MemorySecretSource):
    def __init__(self, secrets: MemorySecrets) -> None:
        super().__init__(secrets)
        self._known: dict[str, Mapping[str, str]] = {}

    def read(self, path: str) -> Mapping[str, str]:
        return self._known.setdefault(path, super().read(path) if path not in self._known else {})


class RemembersWhatWasMissing(MemorySecretSource):
    def __init__(self, secrets: MemorySecrets) -> None:
        super().__init__(secrets)
        self._missing: set[str] = set()

    def read(self, path: str) -> Mapping[str, str]:
        try:
            if path not in self._missing:
                return super().read(path)
        except SecretNotFound:
            self._missing.add(path)
            raise
        raise SecretNotFound(f"{path} was missing")


class FindsNothingAsNothing(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        try:
            return super().read(path)
        except SecretNotFound:
            return {}


class QuotesWhatIsThere(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        try:
            return super().read(path)
        except SecretNotFound as exc:
            raise SecretNotFound(f"{path} is none of {self.secrets._secrets}") from exc


class TakesAwayForNotFound(MemorySecretSource):
    def read(self, path: str) -> Mapping[str, str]:
        try:
            return super().read(path)
        except SecretsUnavailable as exc:
            raise SecretNotFound(f"{path} is not there") from exc


class IssuesOne(MemoryLeaseSource):
    def __init__(self, secrets: MemorySecrets) -> None:
        super().__init__(secrets)
        self._made: dict[str, Lease] = {}

    def issue(self, path: str) -> Lease:
        if path not in self._made:
            self._made[path] = super().issue(path)
        return self._made[path]


class TellsAnotherDuration(MemoryLeaseSource):
    def issue(self, path: str) -> Lease:
        return replace(super().issue(path), duration=timedelta(hours=9))


class NeverEnds(MemoryLeaseSource):
    def issue(self, path: str) -> Lease:
        lease = super().issue(path)
        super().renew(lease.id, timedelta(days=1))
        return lease


class PromisesRenewalAlone(MemoryLeaseSource):
    def renew(self, lease_id: str, ttl: timedelta) -> timedelta:
        return ttl


class RevokesNothing(MemoryLeaseSource):
    def revoke(self, lease_id: str) -> None:
        self.secrets.switch.check()


class RevokesAll(MemoryLeaseSource):
    def revoke(self, lease_id: str) -> None:
        for each in self.secrets.live_leases:
            super().revoke(each)


class RevokesOnce(MemoryLeaseSource):
    def revoke(self, lease_id: str) -> None:
        if lease_id not in self.secrets.live_leases:
            raise SecretNotFound("the lease has ended")
        super().revoke(lease_id)


class RefusesWhatItDoesNotMake(MemoryLeaseSource):
    def issue(self, path: str) -> Lease:
        try:
            return super().issue(path)
        except SecretNotFound as exc:
            raise SecretForbidden(str(exc)) from exc


SECRET_FAULTS = [
    (StripsSpace, "test_values_are_read_as_they_are"),
    (KnowsOneField, "test_all_fields_of_a_secret_are_read"),
    (FindsParents, "test_secrets_are_apart"),
    (ResolvesDots, "test_what_is_no_path_names_nothing"),
    (ReadsWhatFollowsAQuestionMark, "test_what_is_no_path_names_nothing"),
    (KeepsForEver, "test_a_changed_secret_is_read_soon"),
    (KeepsForEver, "test_a_removed_secret_is_gone_soon"),
    (KeepsForEver, "test_what_is_returned_is_the_callers_own"),
    (RemembersWhatWasMissing, "test_a_secret_that_was_missing_is_found_soon"),
    (FindsNothingAsNothing, "test_what_is_not_there_is_not_found"),
    (QuotesWhatIsThere, "test_what_is_not_there_is_not_found"),
    (TakesAwayForNotFound, "test_an_unreachable_source_says_so"),
]

LEASE_FAULTS = [
    (IssuesOne, "test_each_has_its_own"),
    (TellsAnotherDuration, "test_it_says_how_long_it_lives"),
    (NeverEnds, "test_it_ends_by_itself"),
    (PromisesRenewalAlone, "test_renewal_prolongs_it"),
    (PromisesRenewalAlone, "test_it_ends_by_itself"),
    (RevokesNothing, "test_a_revoked_one_is_of_no_use"),
    (RevokesAll, "test_a_revoked_one_is_of_no_use"),
    (RevokesOnce, "test_revoking_twice_is_revoking_once"),
    (RefusesWhatItDoesNotMake, "test_a_path_that_makes_none_is_not_found"),
]


class Backends:
    """One backend for all fixtures over the same store."""

    def __init__(self) -> None:
        self._made: dict[MemoryStore, MemorySecrets] = {}

    def of(self, store: MemoryStore) -> MemorySecrets:
        if store not in self._made:
            self._made[store] = made = MemorySecrets(store.now)
            made.offer(ROLE)
            made.offer(SHORT_ROLE, duration=4 * TICK, max_age=40 * TICK)
        return self._made[store]

    def off(self, store: MemoryStore) -> MemorySecrets:
        secrets = MemorySecrets(store.now)
        secrets.switch.turn_off(SecretsUnavailable("switched off"))
        return secrets


def of_secrets(source: Callable[[MemorySecrets], Any]) -> dict[str, Callable[[MemoryStore], Any]]:
    backends = Backends()
    return {
        "source": lambda store: source(backends.of(store)),
        "put": lambda store: backends.of(store).put,
        "remove": lambda store: backends.of(store).remove,
        "broken": lambda store: source(backends.off(store)),
    }


def of_leases(leases: Callable[[MemorySecrets], Any]) -> dict[str, Callable[[MemoryStore], Any]]:
    backends = Backends()
    return {
        "leases": lambda store: leases(backends.of(store)),
        "works": lambda store: lambda lease: lease.id in backends.of(store).live_leases,
        "path": lambda _: ROLE,
        "short_path": lambda _: SHORT_ROLE,
        "broken": lambda store: leases(backends.off(store)),
    }


@pytest.mark.parametrize(("fault", "test"), SECRET_FAULTS)
def test_fault_of_a_secret_source_is_caught(passes: Any, fault: Any, test: str) -> None:
    assert passes(SecretSourceContract, test, **of_secrets(MemorySecretSource))
    assert not passes(SecretSourceContract, test, **of_secrets(fault))


@pytest.mark.parametrize(("fault", "test"), LEASE_FAULTS)
def test_fault_of_a_lease_source_is_caught(passes: Any, fault: Any, test: str) -> None:
    assert passes(LeaseSourceContract, test, **of_leases(MemoryLeaseSource))
    assert not passes(LeaseSourceContract, test, **of_leases(fault))
