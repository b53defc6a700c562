"""How the API learns who asks: a bearer token goes in, an identity comes out."""

from __future__ import annotations

from typing import Protocol

from ..domain.identity import Identity


class Authenticator(Protocol):
    """Checks bearer tokens; it is asked for every request, so it answers most from memory."""

    async def authenticate(self, token: str | None) -> Identity:
        """Return whom `token` speaks for.

        The same token gives the same identity until it expires or is revoked. Calls may overlap.

        Args:
            token: What follows `Bearer ` in the header, as it came; None: there was none.

        Raises:
            NotAuthenticated: There is no token, or it is none that counts. The message is the
                same for whatever is wrong with a token, because it goes to somebody unknown; its
                `reason` says what was wrong, for the log and the audit, and never holds the token.
            AuthenticatorUnavailable: What has to be asked about the token does not answer, so
                nobody can say whether it counts. Never raised for a token that is refused without
                asking, so that garbage costs the issuer nothing.
        """
        ...
