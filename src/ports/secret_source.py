"""Where secrets are read: by workers, just before a run, and by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


class SecretSource(Protocol):
    """Secrets under paths, each of one or more named fields; safe to use from several threads."""

    def read(self, path: str) -> Mapping[str, str]:
        """All fields of the secret at `path`, as text.

        A path has the form of `domain.secret_path`; any other names nothing, and no text leads
        out of the place that the source was given. What was read may be a few seconds old, and
        the mapping is the caller's own. The call may block for seconds while the source is away.

        Raises:
            SecretNotFound: there is no secret at `path`, or none any more.
            SecretForbidden: the source refuses it to this process.
            SecretsUnavailable: the source cannot be reached, is sealed or does not answer.
        """
        ...


@runtime_checkable
class SupportsForgetting(Protocol):
    """A source that gives what it has read to others for a while."""

    def forget(self, path: str) -> None:
        """Have the next `read` of `path` ask anew: what was read is no good any more."""
        ...
