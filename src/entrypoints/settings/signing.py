"""Settings of how queued messages are signed, and whose signatures count."""

from __future__ import annotations

from pydantic import BaseModel, SecretStr


class SigningSettings(BaseModel):
    """Signed tasks."""

    signing_key: SecretStr = SecretStr("")
    """Ed25519 private key in PEM that signs what this process queues, as `fleeting key create`
    makes it. Workers that have it trust its public half. Empty: see `signing_key_file`."""

    signing_key_file: str = ""
    """File that holds the private key. Better than a variable, which more people see."""

    signing_transit: str = ""
    """Ed25519 key in Vault's transit engine that signs in place of one in this process, with its
    mount, as `transit/fleeting`. Vault is the one of `secrets`; each message costs a question to
    it. Workers that are told of it read its public halves when they start."""

    trusted_keys: str = ""
    """Public keys whose signatures workers take, one a line or separated by commas, each as
    `fleeting key public` prints it. Empty: see `trusted_keys_file`."""

    trusted_keys_file: str = ""
    """File with such lines: a new key is added here first, an old one is taken out last."""

    accept_unsigned: bool = False
    """Whether workers run what nobody has signed. Off, because then whoever can write to the queue
    can run code as any principal. In memory mode, and with `fleeting up`, a key is made at start;
    everywhere else API and workers want a key, or this."""
