"""What a URL says about a Vault: where it is, how it is spoken to, and how to log in.

No proof of who asks stands here: a URL is shown, and its proofs are settings of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, FilePath

from ...domain.errors import InvalidSetting
from ...domain.url_options import read_options

WHERE: Final = "the Vault URL"

Method = Literal["approle", "token", "jwt", "cf"]

_SCHEMES: Final = {"vault+https": "https", "vault+http": "http"}
_PORT: Final = 8200


class UrlOptions(BaseModel):
    """What may stand behind the question mark."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    auth: Method | None = None
    """How to log in. Needed for `cf`, and where the settings have proofs for several methods:
    otherwise it follows from which of them is set."""
    role: str = Field(default="", pattern=r"^[\w.-]*$")
    """The role to log in as, by JWT or as an instance of Cloud Foundry."""
    auth_mount: str = Field(default="", pattern=r"^[\w./-]*$")
    """Where the method is mounted, below `auth/`. Empty: under its own name."""
    namespace: str = Field(default="", pattern=r"^[\w./-]*$")
    """The namespace that all calls are made in."""
    ca: FilePath | None = None
    """The authority that signed the server's certificate. Without it, those that the machine
    trusts."""
    timeout: float = Field(default=5, gt=0, le=60)
    """Seconds to wait for an answer: what is slower than that has stalled."""
    connect_timeout: float = Field(default=2, gt=0, le=60)
    """Seconds to wait for a connection."""
    cache_seconds: float = Field(default=5, ge=0, le=300)
    """How long a secret that was read is given to others without another read: a rotated or
    deleted one is in use for so long. Five, which turns a hundred runs a second into one read,
    and is sooner than anybody looks whether a rotation has arrived."""
    cf_cert: FilePath | None = None
    """The certificate of the instance. Without it, the file that `CF_INSTANCE_CERT` names."""
    cf_key: FilePath | None = None
    """Its key. Without it, the file that `CF_INSTANCE_KEY` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultUrl:
    """A parsed URL; its text form names the place."""

    address: str
    """Scheme, host and port, as the HTTP client takes them."""
    path: str = ""
    """What stands after the host, without slashes around it."""
    fragment: str = ""
    options: UrlOptions

    def __str__(self) -> str:
        return f"Vault at {self.address}"

    @property
    def is_open(self) -> bool:
        """Whether what is said can be read on the way, by others than this machine."""
        host = urlsplit(self.address).hostname or ""
        is_here = host == "localhost" or host.startswith("127.") or host == "::1"
        return self.address.startswith("http:") and not is_here


def parse(url: str) -> VaultUrl:
    """Read a URL.

    Raises:
        InvalidSetting: it is not one of the known forms; the message names the part that is wrong
            and holds nothing that may be secret.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        raise InvalidSetting(f"{WHERE} cannot be read: check its brackets and its port") from None
    if parts.scheme not in _SCHEMES or not host:
        raise InvalidSetting(
            f"{WHERE} is written vault+https://host:8200, with options behind a question mark"
        )
    if "@" in parts.netloc:
        raise InvalidSetting(
            f"{WHERE} holds no credentials, since it is shown: set FLEETING_SECRETS_ROLE_ID and "
            "FLEETING_SECRETS_SECRET_ID_FILE, or another login"
        )
    options = read_options(UrlOptions, parts.query, where=WHERE)
    if options.ca is not None and parts.scheme == "vault+http":
        raise InvalidSetting(f"ca in {WHERE} has no effect without TLS: write vault+https")
    shown = f"[{host}]" if ":" in host else host
    return VaultUrl(
        address=f"{_SCHEMES[parts.scheme]}://{shown}:{port}",
        path=unquote(parts.path).strip("/"),
        fragment=parts.fragment,
        options=options,
    )
