"""`fleeting vault`: set up a Vault for an installation, and hand out what its parts log in with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from .completion import vault_roles
from .failure import reporting
from .options import Json, QueuePrefix
from .printing import print_json, print_table, say, show_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...adapters.vault.setup.steps import Step

vault: Final = typer.Typer(no_args_is_help=True)

Address = Annotated[
    str, typer.Option(envvar="VAULT_ADDR", help="Address of Vault, as in https://vault:8200.")
]
Token = Annotated[
    str,
    typer.Option(
        envvar="VAULT_TOKEN",
        help="Token; better given by the variable, because arguments are seen by others. Left "
        "out: the one that `vault login` has left.",
        show_default=False,
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        envvar="VAULT_CACERT",
        dir_okay=False,
        help="The authority that signed Vault's certificate.",
        show_default=False,
    ),
]
Within = Annotated[
    str,
    typer.Option(
        "--vault-namespace", envvar="VAULT_NAMESPACE", help="Vault's namespace.", show_default=False
    ),
]
Kv = Annotated[str, typer.Option("--kv", help="Mount of the KV engine, version 2.")]
Transit = Annotated[str, typer.Option("--transit", help="Mount of the transit engine.")]
Database = Annotated[str, typer.Option("--database", help="Mount of the database engine.")]
Name = Annotated[
    str, typer.Option("--name", help="What the installation is called in policies and roles.")
]
Role = Annotated[
    str,
    typer.Argument(
        metavar="ROLE", help="Part of the installation: worker, api …", autocompletion=vault_roles
    ),
]


@vault.command()
@reporting
def bootstrap(
    *,
    address: Address = "https://127.0.0.1:8200",
    token: Token = "",
    ca: Ca = None,
    within: Within = "",
    kv: Kv = "kv",
    transit: Transit = "transit",
    database: Database = "database",
    name: Name = "fleeting",
    redis: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Redis in which Vault makes users, and the user it is there, as in "
            "rediss://vault@host:6379. Left out: no users are made.",
            show_default=False,
        ),
    ] = "",
    redis_password: Annotated[
        str,
        typer.Option(
            envvar="FLEETING_VAULT_REDIS_PASSWORD",
            help="Password of that user; better given by the variable.",
            show_default=False,
        ),
    ] = "",
    prefix: Annotated[
        str,
        typer.Option(help="FLEETING_PREFIX of the installation, which narrows the users' rights."),
    ] = "",
    queue_prefix: QueuePrefix = "{fleeting}:",
    limits: Annotated[
        bool,
        typer.Option("--limits", help="Users may do what rate limits and quotas need, too."),
    ] = False,
    audit_file: Annotated[
        str,
        typer.Option(help="File that an audit device of Vault writes to.", show_default=False),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write policies, roles, engines, the signing key and Redis users, each with the least rights.

    May be run again: what it has made and somebody changed is changed back, all else is left
    alone. Prints what it did.
    """
    from ...adapters.vault.setup.plan import Plan
    from ...adapters.vault.setup.roles import Mounts
    from ..vault import bootstrap as set_up
    from ..vault import desk, redis_rights, redis_server

    plan = Plan(
        mounts=Mounts(kv=kv, transit=transit, database=database, name=name),
        redis=redis_server(redis, redis_password) if redis else None,
        rights=redis_rights(prefix, queue_prefix, has_limits=limits),
        audit_file=audit_file,
    )
    at = desk(address, token, ca=ca, namespace=within, is_dry=dry_run)
    _print(set_up(at, plan), as_json=as_json, is_dry=dry_run)


@vault.command()
@reporting
def wrap_secret_id(
    role: Role,
    *,
    address: Address = "https://127.0.0.1:8200",
    token: Token = "",
    ca: Ca = None,
    within: Within = "",
    name: Name = "fleeting",
    ttl_seconds: Annotated[
        int, typer.Option(min=1, max=300, help="How long it may be on its way.")
    ] = 60,
    as_json: Json = False,
) -> None:
    """Print a role id, and a token with which a worker fetches its secret id, once.

    Give them as FLEETING_SECRETS_ROLE_ID and FLEETING_SECRETS_SECRET_ID, with
    FLEETING_SECRETS_SECRET_ID_WRAPPED=true. Who hands the token on cannot use it unseen.
    """
    from ...adapters.vault.setup.roles import Mounts
    from ..vault import desk
    from ..vault import wrap_secret_id as wrap

    at = desk(address, token, ca=ca, namespace=within, is_dry=False)
    role_id, wrapped = wrap(at, role, mounts=Mounts(name=name), ttl_seconds=ttl_seconds)
    facts = {"role_id": role_id, "wrapped_secret_id": wrapped, "seconds": ttl_seconds}
    show_facts(facts, as_json=as_json)


@vault.command()
@reporting
def policy(
    role: Role,
    *,
    kv: Kv = "kv",
    transit: Transit = "transit",
    database: Database = "database",
    name: Name = "fleeting",
    as_json: Json = False,
) -> None:
    """Print the policy of a role as Vault reads it, as `bootstrap` writes it."""
    from ...adapters.vault.setup.roles import Mounts
    from ..vault import policy as text_of

    text = text_of(role, Mounts(kv=kv, transit=transit, database=database, name=name))
    if as_json:
        print_json({"role": role, "policy": text})
    else:
        say(text.rstrip())


def _print(steps: Sequence[Step], *, as_json: bool, is_dry: bool) -> None:
    columns = ("what", "name", "outcome", "note")
    rows = [(step.kind, step.name, step.outcome, step.note) for step in steps]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
        if is_dry:
            typer.echo("nothing was done: this is what would be", err=True)
