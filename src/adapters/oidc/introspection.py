"""Asks the provider about each token (RFC 7662): for tokens that only it can read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from ...domain.claims import identity_of
from ...domain.errors import NotAuthenticated
from ...domain.identity import Identity, no_token, refused
from ...ports.authenticator_adapter import AuthenticatorOptions
from .claim_rules import ClaimRules
from .provider import Provider
from .remembered import Remembered, digest_of

Verdict = Identity | NotAuthenticated

_REFUSALS: Final = 1_000
"""Tokens that do not count which are remembered: who sends one sends it again and again."""


class IntrospectionAuthenticator:
    """Remembers answers shortly, and asks once for all requests that wait for the same answer."""

    def __init__(
        self,
        provider: Provider,
        options: AuthenticatorOptions,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Ask `provider`; `now` is in seconds since 1970."""
        self._provider = provider
        self._options = options
        self._now = now
        self._rules = ClaimRules(options, demands_all=False, now=now)
        self._counting: Remembered[Verdict] = Remembered()
        # Apart, so that a flood of garbage does not make tokens that count be asked about again.
        self._refused: Remembered[Verdict] = Remembered(_REFUSALS)
        self._questions: dict[bytes, asyncio.Task[Verdict]] = {}

    async def authenticate(self, token: str | None) -> Identity:
        if token is None:
            raise no_token()
        if not token or len(token) > self._options.max_token_bytes or not token.isascii():
            raise refused("it is empty, too long, or holds what no token holds")
        digest = digest_of(token)
        now = self._now()
        verdict = self._counting.get(digest, now) or self._refused.get(digest, now)
        verdict = verdict or await self._ask(token, digest)
        if isinstance(verdict, Identity):
            return verdict
        # A fresh one each time: an error that was raised keeps the frames of its raising.
        raise refused(verdict.reason or "")

    async def _ask(self, token: str, digest: bytes) -> Verdict:
        task = self._questions.get(digest)
        if task is None:
            task = self._questions[digest] = asyncio.create_task(self._verdict(token, digest))
            task.add_done_callback(lambda _: self._questions.pop(digest, None))
        # Whoever gives up waiting must not end what others wait for.
        return await asyncio.shield(task)

    async def _verdict(self, token: str, digest: bytes) -> Verdict:
        answer = dict(await self._provider.introspect(token))
        now = self._now()
        until = now + self._options.introspection_memory.total_seconds()
        try:
            if not answer["active"]:
                raise refused("the provider says that it does not count")
            self._rules.check(answer)
            verdict: Verdict = identity_of(
                answer, self._options.claims, clients=self._options.clients
            )
            until = min(until, self._rules.until(answer))
        except NotAuthenticated as exc:
            verdict = exc
        memory = self._counting if isinstance(verdict, Identity) else self._refused
        memory.keep(digest, verdict, until=until)
        return verdict

    async def ping(self) -> None:
        """See whether the provider answers this client, by a token that it cannot know.

        Raises:
            AuthenticatorUnavailable: It does not, or refuses the client.
        """
        await self._provider.introspect("fleeting-check")

    async def close(self) -> None:
        """End what is being asked."""
        tasks = list(self._questions.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
