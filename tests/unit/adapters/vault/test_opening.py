from __future__ import annotations

import pytest

from fleeting.adapters.vault.adapter import secret_source
from fleeting.adapters.vault.logins.approle import AppRoleLogin
from fleeting.adapters.vault.logins.cf import CfLogin
from fleeting.adapters.vault.logins.jwt import JwtLogin
from fleeting.adapters.vault.logins.token_file import TokenFileLogin
from fleeting.adapters.vault.opening import login_for
from fleeting.adapters.vault.url import parse
from fleeting.domain.errors import InvalidSetting
from fleeting.ports.bundles import SecretOptions

URL = "vault+https://vault"
ROLE = {"role_id": "r"}
TOKEN = {"token_file": "/run/token"}
JWT = {"jwt_file": "/run/jwt"}


def login(query="", **proofs):
    return login_for(parse(f"{URL}{query}"), SecretOptions(**proofs))


@pytest.mark.parametrize(
    ("proofs", "kind"), [(ROLE, AppRoleLogin), (TOKEN, TokenFileLogin), (JWT, JwtLogin)]
)
def test_the_login_follows_from_the_proof_that_is_there(proofs, kind):
    assert type(login(**proofs)) is kind


def test_the_url_decides_between_several_proofs():
    assert type(login("?auth=jwt", **ROLE, **JWT)) is JwtLogin


def test_cloud_foundry_says_where_certificate_and_key_are(monkeypatch):
    monkeypatch.setenv("CF_INSTANCE_CERT", "/etc/cf/instance.crt")
    monkeypatch.setenv("CF_INSTANCE_KEY", "/etc/cf/instance.key")

    assert type(login("?auth=cf&role=worker")) is CfLogin


@pytest.mark.parametrize(
    ("query", "proofs", "words"),
    [
        ("", {}, "nothing says how to log in"),
        ("", {**ROLE, **TOKEN}, "several logins .approle, token."),
        ("?auth=approle", TOKEN, "FLEETING_SECRETS_ROLE_ID"),
        ("?auth=token", ROLE, "FLEETING_SECRETS_TOKEN_FILE"),
        ("?auth=jwt", ROLE, "FLEETING_SECRETS_JWT_FILE"),
        ("?auth=cf", {}, "role="),
        ("?auth=cf&role=worker", {}, "CF_INSTANCE_CERT"),
        ("", {**ROLE, "secret_id": "a", "secret_id_file": "/b"}, "two secret ids"),
        ("", {**ROLE, "is_wrapped": True}, "SECRET_ID_FILE"),
    ],
)
def test_what_is_missing_or_too_much_is_named(query, proofs, words, monkeypatch):
    monkeypatch.delenv("CF_INSTANCE_CERT", raising=False)

    with pytest.raises(InvalidSetting, match=words):
        login(query, **proofs)


@pytest.mark.parametrize("rest", ["/kv", "/kv/fleeting#prod", "#prod"])
def test_a_source_of_secrets_has_no_path_of_its_own(rest):
    with pytest.raises(InvalidSetting, match="remove what stands after the host"):
        secret_source(f"{URL}{rest}", SecretOptions(**ROLE))


def test_making_a_source_connects_to_nothing():
    adapter = secret_source("vault+http://127.0.0.1:1", SecretOptions(**ROLE))

    assert adapter.leases is not None
    adapter.close()
