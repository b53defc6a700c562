"""Every role may do what docs/reference/vault.md says, and is refused everything else there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest
import requests

from fleeting.adapters.vault.setup.policies import policies
from fleeting.adapters.vault.setup.roles import DEPLOYER, ROLES, Mounts

from ...pages import ROOT
from ..servers.openbao import OpenBao
from ..servers.tls_redis_server import TlsRedisServer
from .estate import Estate

PAGE = ROOT / "docs" / "reference" / "vault.md"
FORBIDDEN = 403


class Call(NamedTuple):
    """A row of the table."""

    method: str
    path: str
    is_wrapped: bool
    allowed: frozenset[str]


def rows() -> Iterator[Mapping[str, str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    names, _, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return (dict(zip(names, cells, strict=True)) for cells in rest)


def calls() -> list[Call]:
    found = []
    for row in rows():
        match = re.fullmatch(r"`([A-Z]+) ([^,`]+)(, wrapped)?`", row["call"])
        assert match, row
        allowed = frozenset(role for role, answer in row.items() if answer == "yes")
        found.append(Call(match[1], match[2], bool(match[3]), allowed))
    return found


@pytest.fixture(scope="module")
def settled(openbao_server: OpenBao, guarded_redis: TlsRedisServer) -> Estate:
    """An installation, a secret of each kind, and a token for each role."""
    estate = Estate(openbao_server, guarded_redis)
    estate.set_up()
    for path in ("api", "worker", "flower"):
        estate.put(f"{estate.name}/{path}", prefix="shop")
    estate.put(estate.name, prefix="shop")
    estate.put("tasks/mail", password="x")
    return estate


@pytest.fixture(scope="module")
def tokens(settled: Estate) -> dict[str, str]:
    made = {role.name: settled.token(role.name) for role in ROLES}
    policy = f"{settled.name}-{DEPLOYER}"
    root = settled.bao.client()
    deployer = root.auth.token.create(policies=[policy], no_default_policy=True)
    return {**made, DEPLOYER: deployer["auth"]["client_token"]}


@pytest.mark.parametrize("call", calls(), ids=lambda call: f"{call.method} {call.path}")
def test_a_call_is_open_to_those_in_the_table_alone(
    settled: Estate, tokens: dict[str, str], call: Call
) -> None:
    assert {role for role, token in tokens.items() if may(settled, token, call)} == call.allowed


def may(estate: Estate, token: str, call: Call) -> bool:
    headers = {"X-Vault-Token": token} | ({"X-Vault-Wrap-TTL": "60s"} if call.is_wrapped else {})
    answer = requests.request(
        call.method,
        f"{estate.bao.address}/v1/{named(call.path, estate)}",
        headers=headers,
        # Nothing comes of it where it is allowed: what counts is whether it is refused.
        json=None if call.method in {"GET", "LIST"} else {},
        timeout=10,
    )
    return answer.status_code != FORBIDDEN


def named(path: str, estate: Estate) -> str:
    """The path with the mounts and the name of this installation."""
    mount, slash, rest = path.partition("/")
    own = re.sub(r"\bfleeting\b", estate.name, rest)
    return getattr(estate.mounts, mount, mount) + slash + own


def test_the_table_has_every_role() -> None:
    assert {role.name for role in ROLES} | {DEPLOYER} <= set(next(iter(rows())))


def test_the_folder_of_deployments_shows_the_policies() -> None:
    folder = ROOT / "deploy" / "vault" / "policies"
    shown = {file.stem: file.read_text() for file in folder.glob("*.hcl")}

    assert shown == dict(policies(Mounts()))
