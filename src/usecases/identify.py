"""Learn who asks, and what they may do."""

from __future__ import annotations

from typing import Final

from ..domain.identity import Identity
from ..domain.policy import Policy
from ..domain.principal import Principal
from ..ports.authenticator import Authenticator
from ..ports.policy_source import PolicySource

_MOST: Final = 4096
"""Principals kept at most: more than programs and people at work at a time."""


class Identify:
    """Turns a token into a principal; knows those of late under the policy in force."""

    def __init__(self, authenticator: Authenticator, policies: PolicySource) -> None:
        self._authenticator = authenticator
        self._policies = policies
        self._policy: Policy | None = None
        self._known: dict[Identity, Principal] = {}

    async def __call__(self, token: str | None) -> Principal:
        """The principal that a bearer token speaks for; None: the request had none.

        Raises:
            NotAuthenticated: there is no token, or it is none that counts.
            PortError: what has to be asked about the token does not answer.
        """
        identity = await self._authenticator.authenticate(token)
        policy = self._policies.current()
        if policy is not self._policy or len(self._known) >= _MOST:
            self._policy, self._known = policy, {}
        found = self._known.get(identity)
        if found is None:
            found = policy.principal(identity.subject, identity.scopes, identity.groups)
            self._known[identity] = found
        return found
