"""Who signs what this process queues, and whose signatures count in it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..domain.errors import InvalidSetting, MissingExtra
from ..domain.trusted_key import TrustedKey, read_trusted_keys
from ..ports.clock import Clock
from ..ports.task_signer import KeptKey, TaskSigner
from ..ports.task_verifier import TaskVerifier
from ..usecases.open_message import OpenMessage
from . import secret_sources
from .settings import Settings

if TYPE_CHECKING:
    from ..adapters.signatures.ed25519 import Ed25519Signer

_KEY: Final = "FLEETING_SIGNING_KEY"
_PACKAGES: Final = ("cryptography", "nacl")
"""What signatures take: another extra may have brought one of them alone."""

_ADVICE: Final = (
    "make one with `fleeting key create FILE` and set FLEETING_SIGNING_KEY_FILE for the API and "
    "FLEETING_TRUSTED_KEYS for the workers; or set FLEETING_ACCEPT_UNSIGNED=true for all of them, "
    "and whoever can write to the queue can run code"
)


def make_signer(settings: Settings) -> TaskSigner | None:
    """The signer of this process; None: it does not sign.

    Raises:
        InvalidSetting: a key cannot be read.
        MissingExtra: the packages for signatures are not installed.
    """
    return _own(settings)


def check_signer(settings: Settings) -> None:
    """Refuse to submit what workers would refuse to run.

    Raises:
        InvalidSetting: there is no key, and nobody has said that it be so.
    """
    if make_signer(settings) is None and not _may_be_unsigned(settings):
        raise InvalidSetting(f"there is no key to sign tasks with: {_ADVICE}")


def make_opener(settings: Settings, clock: Clock) -> OpenMessage:
    """What tells submissions from all else in the queues of this process.

    Where no key is trusted it takes nothing, and says so by its `check`.

    Raises:
        InvalidSetting: a key cannot be read.
        MissingExtra: the packages for signatures are not installed.
    """
    return OpenMessage(
        settings.limits,
        clock=clock,
        verifier=_verifier(settings),
        # A queue in memory has its own worker, whatever others take from.
        queues=(settings.queue_name,) if _is_in_memory(settings) else settings.queues,
        accept_unsigned=_may_be_unsigned(settings),
    )


def trusted_lines(settings: Settings) -> list[str]:
    """The keys that count with these settings, as lines of a list, with their ids.

    Raises:
        ConfigurationError: a key cannot be read.
        PortError: Vault, which keeps it, does not say what it is.
    """
    lines: dict[str, str] = {}
    for key in _trusted(settings):
        # Of a key that is there twice, as a worker's own may be, the first line counts.
        lines.setdefault(key.key_id, f"{key.line} # {key.key_id}")
    return list(lines.values())


def _trusted(settings: Settings) -> list[TrustedKey]:
    own = _own(settings)
    return [*_listed(settings), *([] if own is None else own.trusted)]


def _verifier(settings: Settings) -> TaskVerifier | None:
    keys = _trusted(settings)
    if keys:
        from ..adapters.signatures.ed25519 import Ed25519Verifier

        return Ed25519Verifier(keys)
    return None


def _own(settings: Settings) -> KeptKey | None:
    text, name = settings.signing_key.get_secret_value(), settings.signing_key_file
    if settings.signing_transit:
        return _in_transit(settings)
    if text or name:
        require_signatures()
        from ..adapters.signatures.ed25519 import Ed25519Signer

        text = text or _read(f"{_KEY}_FILE", name)
        return Ed25519Signer.from_pem(text, name=name or _KEY)
    if _is_in_memory(settings) and _has_signatures():
        return _of_this_process()
    return None


def _in_transit(settings: Settings) -> KeptKey:
    source = secret_sources.make(settings)
    if source is None or source.signer is None:
        raise InvalidSetting(
            "FLEETING_SIGNING_TRANSIT names a key in Vault: set FLEETING_SECRETS to its URL"
        )
    return source.signer(settings.signing_transit)


def _listed(settings: Settings) -> list[TrustedKey]:
    keys = read_trusted_keys(settings.trusted_keys, name="FLEETING_TRUSTED_KEYS")
    if name := settings.trusted_keys_file:
        keys += read_trusted_keys(_read("FLEETING_TRUSTED_KEYS_FILE", name), name=name)
    if keys:
        require_signatures()
    return keys


def _may_be_unsigned(settings: Settings) -> bool:
    """Nobody else can write to a queue in memory, where a small installation has no signatures."""
    return settings.accept_unsigned or (_is_in_memory(settings) and not _has_signatures())


def _is_in_memory(settings: Settings) -> bool:
    return settings.queue_url.startswith("memory:")


@cache
def _has_signatures() -> bool:
    return all(find_spec(name) is not None for name in _PACKAGES)


def require_signatures() -> None:
    """Raises:
    MissingExtra: the packages for signatures are not installed.
    """
    if not _has_signatures():
        raise MissingExtra(
            "signatures need packages that are not installed: pip install 'fleeting[worker]'"
        )


@cache
def _of_this_process() -> Ed25519Signer:
    """One for all queues in memory: they end with the process, too."""
    from ..adapters.signatures.ed25519 import Ed25519Signer

    return Ed25519Signer.of_this_process()


def _read(setting: str, name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except OSError as exc:
        reason = exc.strerror
    except UnicodeDecodeError:
        reason = "it is no text"
    raise InvalidSetting(f"{setting} names {name}, which cannot be read: {reason}")
