"""Settings of where workers get secrets from, and of how they prove who they are."""

from __future__ import annotations

from pydantic import BaseModel, SecretStr

from ...ports.bundles import SecretOptions


class SecretSettings(BaseModel):
    """Secrets."""

    secrets: str = ""
    """URL of the source of secrets: `env://`, `file://`, `vault+https://`, `memory://`, or the
    scheme of an installed adapter. Empty: there is none, and tasks that name a secret fail. How a
    worker logs in to Vault follows from which of the settings below is set, unless the URL says
    `auth=`."""

    secrets_role_id: str = ""
    """Role id of an AppRole login."""

    secrets_secret_id: SecretStr = SecretStr("")
    """Secret id of an AppRole login. A file is better: it can be replaced while the worker runs,
    and an environment is seen by more people."""

    secrets_secret_id_file: str = ""
    """File that holds the secret id, read again for every login."""

    secrets_secret_id_wrapped: bool = False
    """Whether the secret id is response-wrapped: what is given is then a token with which the
    process fetches it once at its first login. A token that was used before says so, since
    somebody else may have the secret id. Off, because each start needs a fresh one."""

    secrets_token_file: str = ""
    """File that holds a Vault token which somebody else, such as Vault Agent, keeps fresh; read
    again when it changes."""

    secrets_jwt_file: str = ""
    """File that holds the JWT of a JWT or OpenID Connect login, read again for every login."""

    @property
    def secret_options(self) -> SecretOptions:
        """How this process proves who it is."""
        return SecretOptions(
            role_id=self.secrets_role_id,
            secret_id=self.secrets_secret_id.get_secret_value(),
            secret_id_file=self.secrets_secret_id_file,
            is_wrapped=self.secrets_secret_id_wrapped,
            token_file=self.secrets_token_file,
            jwt_file=self.secrets_jwt_file,
        )
