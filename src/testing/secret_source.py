"""What every `SecretSource` must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar, Final

import pytest

from ..domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable
from ..ports.secret_source import SecretSource
from .contract import Contract, PassTime, optional

PATH: Final = "kv/team/database"
CANARY: Final = "canary-4f1d3c2b"

VALUES: Final = {
    "plain": "s3cret",
    "spaces": "  two  words ",
    "lines": "-----BEGIN-----\nMIIB\n-----END-----\n",
    "unicode": "pässwörd 🙂",
    "quotes": """'"`$HOME\\n%41""",
    "json": '{"user": "a"}',
    "long": "x" * 60_000,
}
"""Texts that a careless source changes."""

NO_PATHS: Final = (
    "",
    "/kv/team/database",
    "kv/team/database/",
    "kv//team",
    "kv/../kv/team/database",
    "kv/team/../../../etc/passwd",
    "kv/./team",
    "kv/team/database?version=1",
    "kv/team/database#password",
    "kv/%2e%2e/team",
    "kv\\team",
    "kv/team\x00",
    "kv/team\ndatabase",
)
"""Texts that name nothing, and that lead elsewhere in a source that takes them as they are."""

Put = Callable[[str, Mapping[str, str]], None]
"""Stores a secret with these fields at a path, in place of the one before."""


class SecretSourceContract(Contract):
    """The contract of `ports.secret_source.SecretSource`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        source: a `SecretSource`.
        put: `Put`, by the means of the backend.
        remove: a `Callable[[str], None]` that removes the secret at a path.
        pass_time: `PassTime`; waits, or moves the clock of the source.
        broken: a `SecretSource` whose backend cannot be reached.
        denied (optional): a `SecretSource` whose backend refuses everything to it.
    """

    staleness: ClassVar[timedelta] = timedelta(0)
    """How old what was read may be: the source's own time of keeping."""

    def test_all_fields_of_a_secret_are_read(self, source: SecretSource, put: Put) -> None:
        """By their names, and nothing else."""
        put(PATH, {"username": "app", "password": CANARY})

        assert dict(source.read(PATH)) == {"username": "app", "password": CANARY}

    @pytest.mark.parametrize("value", VALUES)
    def test_values_are_read_as_they_are(self, source: SecretSource, put: Put, value: str) -> None:
        """Character for character, or a password fits no lock."""
        put(PATH, {"value": VALUES[value]})

        assert source.read(PATH)["value"] == VALUES[value]

    def test_secrets_are_apart(self, source: SecretSource, put: Put) -> None:
        """Also where the path of one is the beginning of another's."""
        put("kv/team", {"value": "outer"})
        put(PATH, {"value": "inner"})

        assert dict(source.read("kv/team")) == {"value": "outer"}
        assert dict(source.read(PATH)) == {"value": "inner"}

    def test_what_is_not_there_is_not_found(self, source: SecretSource, put: Put) -> None:
        """With a message that names the path and says what to do."""
        put(PATH, {"value": CANARY})

        with pytest.raises(SecretNotFound, match="kv/team/cache") as caught:
            source.read("kv/team/cache")

        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize("path", NO_PATHS)
    def test_what_is_no_path_names_nothing(self, source: SecretSource, put: Put, path: str) -> None:
        """It is not found, wherever a backend would be led by it."""
        put(PATH, {"value": CANARY})

        with pytest.raises(SecretNotFound):
            source.read(path)

    def test_a_changed_secret_is_read_soon(
        self, source: SecretSource, put: Put, pass_time: PassTime
    ) -> None:
        """A rotated password is in force without a restart."""
        put(PATH, {"value": "old"})
        source.read(PATH)

        put(PATH, {"value": "new"})
        pass_time(self.staleness)

        assert source.read(PATH)["value"] == "new"

    def test_a_removed_secret_is_gone_soon(
        self,
        source: SecretSource,
        put: Put,
        remove: Callable[[str], None],
        pass_time: PassTime,
    ) -> None:
        """Whoever has read it before."""
        put(PATH, {"value": CANARY})
        source.read(PATH)

        remove(PATH)
        pass_time(self.staleness)

        with pytest.raises(SecretNotFound):
            source.read(PATH)

    def test_a_secret_that_was_missing_is_found_soon(
        self, source: SecretSource, put: Put, pass_time: PassTime
    ) -> None:
        """Who put it there need not restart anything."""
        with pytest.raises(SecretNotFound):
            source.read(PATH)

        put(PATH, {"value": "there"})
        pass_time(self.staleness)

        assert source.read(PATH)["value"] == "there"

    def test_what_is_returned_is_the_callers_own(self, source: SecretSource, put: Put) -> None:
        """Who changes it changes nobody else's."""
        put(PATH, {"value": CANARY})
        first = source.read(PATH)
        if isinstance(first, dict):
            first.clear()

        assert dict(source.read(PATH)) == {"value": CANARY}

    def test_threads_read_at_the_same_time(self, source: SecretSource, put: Put) -> None:
        """Each gets what it asked for."""
        paths = [f"kv/number{number}" for number in range(4)]
        for path in paths:
            put(path, {"value": path})

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(source.read, paths * 8))

        assert [fields["value"] for fields in found] == paths * 8

    def test_an_unreachable_source_says_so(self, broken: SecretSource) -> None:
        """As SecretsUnavailable, for that may pass; nothing of the vendor's gets through."""
        with pytest.raises(SecretsUnavailable) as caught:
            broken.read(PATH)

        assert caught.value.args

    def test_a_refused_read_says_so(self, request: pytest.FixtureRequest) -> None:
        """As SecretForbidden, for an operator has to act."""
        denied = optional(request, "denied", what="the backend knows who may read what")

        with pytest.raises(SecretForbidden) as caught:
            denied.read(PATH)

        assert caught.value.args
