"""How the worker's half of a process lets go of what it holds."""

from __future__ import annotations

from ...ports.bundles import ResultStoreAdapter, SecretSourceAdapter, SourceStoreAdapter
from ...ports.runner import Runner
from .. import runners
from ..lending import Lending


class Release:
    """Runs first, since they use all the rest; then what was lent to them; then stores."""

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
