"""Settings of how the API learns who asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from ...domain.claims import ClaimNames
from ...ports.authenticator_adapter import AuthenticatorOptions, TokenType
from .json_objects import json_object

ALGORITHMS: Final = (
    *(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "EdDSA",
    "Ed25519",
)
"""What signs with a private key and is checked with a public one. `none` and HS* are not here,
so no setting can allow them."""


class AuthenticationSettings(BaseModel):
    """Authentication."""

    auth: str = "none"
    """How the API learns who asks: `oidc` checks signed tokens of an OpenID provider,
    `introspection` asks the provider about each token, `tokens` knows tokens made by `fleeting
    token`, or the name of an installed authenticator. `none` asks for nothing, and then the API
    serves on loopback alone, under names of loopback, so that no web page reaches it: the default,
    so that a laptop needs no set-up."""

    auth_issuer: str = ""
    """Issuer of the tokens, exactly as their claim `iss` and the discovery document have it, such
    as `https://sso.example.com`. `oidc` needs it."""

    auth_audience: str = ""
    """Audiences that tokens may be meant for, separated by commas; one of them must be in the
    claim `aud`. `oidc` needs it, because else any token of the issuer would do."""

    auth_clients: str = ""
    """Clients that tokens may have been issued to, separated by commas. Empty: any, because the
    audience says already that a token is meant for this API."""

    auth_algorithms: str = ",".join(ALGORITHMS)
    """Algorithms of signatures that are taken, separated by commas. All with a public key, because
    the issuer's key says which of them it is for; `none` and HS* cannot be allowed."""

    auth_token_type: TokenType = "if-present"  # noqa: S105 - a rule, no token
    """What a token's header `typ` must say. `if-present`: `at+jwt` (RFC 9068) or nothing, because
    not every provider writes it. `required`: `at+jwt`. `jwt`: also `JWT`, and then an ID token
    is told from an access token by its audience alone."""

    auth_subject_claim: str = "sub,client_id"
    """Claims that may hold the subject, separated by commas; the first that is there counts.
    Programs may have no `sub` in their tokens. In these names a dot leads into an object."""

    auth_client_claim: str = "client_id,azp"
    """Claims that may hold the client, separated by commas; checked against `auth_clients`."""

    auth_scope_claim: str = "scope"
    """Claim that holds the scopes: text with spaces between them, or a list."""

    auth_groups_claim: str = "groups"
    """Claim that holds the groups: a list, or one as text."""

    auth_leeway_seconds: float = Field(default=30, ge=0, le=600)
    """How far the issuer's clock may be off, for the times in tokens. Thirty, which is far more
    than machines are off that keep time at all."""

    auth_max_token_bytes: int = Field(default=16 * 1024, ge=256, le=48 * 1024)
    """Longest token that is looked at. Enough for some hundred groups, short of what HTTP servers
    take as a header."""

    auth_jwks_url: str = ""
    """URL of the issuer's keys. Empty: its discovery document says it; PingFederate's own keys of
    an access token manager are elsewhere."""

    auth_keys_refresh_seconds: float = Field(default=300, ge=1, le=86_400)
    """Age from which the issuer's keys are fetched again. Five minutes, which is how long a key
    that the issuer has withdrawn goes on counting at most."""

    auth_keys_floor_seconds: float = Field(default=10, ge=0.1, le=3600)
    """Least time between two fetches of the keys, whatever tokens come. Ten seconds, so that made
    up key ids cost the issuer next to nothing, and a rotated key is known soon."""

    auth_keys_grace_seconds: float = Field(default=3600, ge=0, le=7 * 86_400)
    """How long the keys are used after the issuer's last answer when it is away; then requests
    get 503. An hour, which most outages do not last, and a thief of a key should not have."""

    auth_introspection_url: str = ""
    """URL that is asked about tokens (RFC 7662). Empty: the discovery document says it."""

    auth_introspection_seconds: float = Field(default=10, ge=0, le=3600)
    """How long an answer about a token is relied on, and so how long a revoked token goes on
    counting at most. Ten seconds, in which a busy client asks often."""

    auth_client_id: str = ""
    """Client id that this API asks about tokens with."""

    auth_client_secret: SecretStr = SecretStr("")
    """Secret of that client."""

    auth_ca_file: str = ""
    """File of certificates (PEM) that the issuer's is checked against. Empty: those of the
    system."""

    auth_tokens_file: str = ""
    """File with the digests of static tokens, written by `fleeting token`. `tokens` needs it."""

    auth_options: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    """Options of an authenticator from another package, as JSON."""

    @field_validator("auth_algorithms")
    @classmethod
    def _only_asymmetric(cls, value: str) -> str:
        named = _split(value)
        if not named or not named.issubset(ALGORITHMS):
            raise ValueError(f"it takes one or more of {', '.join(ALGORITHMS)}")
        return value

    @field_validator("auth_options", mode="before")
    @classmethod
    def _options_from_json(cls, value: object) -> object:
        return json_object(value)

    @property
    def authenticator_options(self) -> AuthenticatorOptions:
        """What the factory of the authenticator is told."""
        return AuthenticatorOptions(
            issuer=self.auth_issuer,
            audiences=_split(self.auth_audience),
            clients=_split(self.auth_clients),
            claims=ClaimNames(
                subject=_in_order(self.auth_subject_claim),
                client=_in_order(self.auth_client_claim),
                scope=self.auth_scope_claim,
                groups=self.auth_groups_claim,
            ),
            leeway=timedelta(seconds=self.auth_leeway_seconds),
            max_token_bytes=self.auth_max_token_bytes,
            algorithms=_split(self.auth_algorithms),
            token_type=self.auth_token_type,
            jwks_url=self.auth_jwks_url,
            keys_refresh=timedelta(seconds=self.auth_keys_refresh_seconds),
            keys_floor=timedelta(seconds=self.auth_keys_floor_seconds),
            keys_grace=timedelta(seconds=self.auth_keys_grace_seconds),
            introspection_url=self.auth_introspection_url,
            introspection_memory=timedelta(seconds=self.auth_introspection_seconds),
            client_id=self.auth_client_id,
            client_secret=self.auth_client_secret.get_secret_value(),
            ca_file=self.auth_ca_file,
            tokens_file=self.auth_tokens_file,
            extra={name: one.get_secret_value() for name, one in self.auth_options.items()},
        )


def _in_order(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _split(text: str) -> frozenset[str]:
    return frozenset(_in_order(text))
