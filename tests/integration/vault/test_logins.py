"""Each way to log in, on a real OpenBao; wrong proofs are refused with the next step."""

from __future__ import annotations

import asyncio
import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from fleeting.domain.errors import SecretForbidden, SecretsUnavailable
from fleeting.ports.bundles import SecretOptions

from .conftest import READ
from .roles import approle, calls, deliver, mount_kv

PATH = "kv/team/database"


@pytest.fixture(autouse=True)
def secret(put):
    put(PATH, {"password": "canary-login"})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "proof"


def reads(adapter):
    return adapter.source.read(PATH) == {"password": "canary-login"}


def test_a_secret_id_may_stand_in_the_settings(reader, open_source):
    assert reads(open_source(reader.options(reader.secret_id())))


def test_a_secret_id_may_stand_in_a_file(reader, open_source, file):
    deliver(file, reader.secret_id())

    assert reads(open_source(reader.options_in(file)))


def test_a_role_may_need_no_secret_id(admin, open_source):
    role = approle(
        admin, "unproven", READ, bind_secret_id=False, token_bound_cidrs=["127.0.0.1/32"]
    )

    assert reads(open_source(role.options()))


def test_a_missing_file_says_which_and_is_read_once_it_is_there(reader, open_source, file):
    adapter = open_source(reader.options_in(file))
    with pytest.raises(SecretsUnavailable, match=str(file)):
        adapter.source.read(PATH)

    deliver(file, reader.secret_id())

    assert reads(adapter)


def test_a_wrong_secret_id_is_refused_without_being_repeated(openbao, reader, open_source):
    with pytest.raises(SecretForbidden, match="invalid role or secret ID") as refusal:
        open_source(reader.options("canary-of-a-secret-id")).source.read(PATH)

    assert "canary" not in refusal.value.message


def test_a_wrong_secret_id_is_not_tried_until_the_account_is_locked(openbao, reader, open_source):
    adapter, before = open_source(reader.options("wrong")), calls(openbao)

    for _ in range(20):
        with pytest.raises(SecretForbidden, match="refuses the login"):
            adapter.source.read(PATH)

    assert calls(openbao) - before == 1


def test_a_right_secret_id_is_tried_at_once_after_a_wrong_one(reader, open_source, file):
    adapter = open_source(reader.options_in(deliver(file, "wrong")))
    with pytest.raises(SecretForbidden):
        adapter.source.read(PATH)

    deliver(file, reader.secret_id())

    assert reads(adapter)


def test_a_wrapped_secret_id_is_fetched_once(openbao, reader, open_source, file):
    adapter = open_source(
        reader.options_in(deliver(file, reader.wrapped_secret_id()), is_wrapped=True)
    )

    assert reads(adapter)
    assert reads(adapter)


def test_a_wrapped_secret_id_serves_later_logins_too(openbao, reader, open_source, file):
    wrapped = deliver(file, reader.wrapped_secret_id())
    adapter = open_source(reader.options_in(wrapped, is_wrapped=True), "?cache_seconds=0")
    reads(adapter)

    revoke_tokens_of(openbao)

    assert reads(adapter)


def revoke_tokens_of(server, path="auth/approle/login"):
    """End every token that was got there."""
    server.client().sys.revoke_prefix(path)


def test_a_wrapped_secret_id_that_somebody_fetched_before_is_a_sign_of_tampering(
    openbao, reader, open_source, file
):
    token = reader.wrapped_secret_id()
    openbao.client(token).sys.unwrap()
    adapter = open_source(reader.options_in(deliver(file, token), is_wrapped=True))

    for _ in range(3):
        with pytest.raises(SecretForbidden, match=r"fetched before.*audit log"):
            adapter.source.read(PATH)
    deliver(file, reader.wrapped_secret_id())

    assert reads(adapter)


def test_a_secret_id_that_was_wrapped_again_on_the_way_is_refused(
    openbao, reader, open_source, file
):
    fetched = openbao.client(reader.wrapped_secret_id()).sys.unwrap()["data"]
    again = openbao.client().sys.wrap(fetched, ttl=60)["wrap_info"]["token"]

    with pytest.raises(SecretForbidden, match="somebody else has fetched it"):
        open_source(reader.options_in(deliver(file, again), is_wrapped=True)).source.read(PATH)


def test_who_checks_an_installation_leaves_a_wrapped_secret_id_to_the_worker(
    reader, open_source, file
):
    options = reader.options_in(deliver(file, reader.wrapped_secret_id()), is_wrapped=True)

    asyncio.run(open_source(options).health.ping())

    assert reads(open_source(options))


def test_a_token_may_stand_in_a_file(admin, reader, open_source, file):
    deliver(file, token(admin, reader.name))

    assert reads(open_source(SecretOptions(token_file=str(file))))


def token(admin, name, **settings):
    made = admin.auth.token.create(policies=[name], **{"ttl": "1h", **settings})
    return made["auth"]["client_token"]


def test_a_token_that_was_replaced_in_its_file_is_taken_up(admin, reader, open_source, file):
    first = token(admin, reader.name)
    adapter = open_source(SecretOptions(token_file=str(deliver(file, first))), "?cache_seconds=0")
    reads(adapter)

    deliver(file, token(admin, reader.name))
    admin.auth.token.revoke(first)

    assert reads(adapter)


def test_a_token_file_with_a_token_that_has_ended_says_so(admin, reader, open_source, file):
    ended = token(admin, reader.name)
    admin.auth.token.revoke(ended)
    adapter = open_source(SecretOptions(token_file=str(deliver(file, ended))))

    with pytest.raises(SecretForbidden, match=str(file)) as refusal:
        adapter.source.read(PATH)

    assert ended not in refusal.value.message


def test_a_token_of_somebody_else_outlives_this_process(admin, reader, open_source, file):
    others = token(admin, reader.name)
    adapter = open_source(SecretOptions(token_file=str(deliver(file, others))))
    reads(adapter)

    adapter.close()

    assert admin.auth.token.lookup(others)


def test_a_token_of_ones_own_ends_with_this_process(openbao, reader, open_source):
    adapter = open_source(reader.options(reader.secret_id()))
    reads(adapter)

    adapter.close()

    paths = [entry["request"]["path"] for entry in openbao.audited()]
    assert paths[-1] == "auth/token/revoke-self"


@pytest.fixture
def provider(admin):
    """Somebody whose statements the method `jwt` believes; makes them."""
    key = RSAKey.generate_key(2048)
    pem = key.as_pem(private=False).decode()
    admin.sys.enable_auth_method("jwt")
    admin.write_data("auth/jwt/config", data={"jwt_validation_pubkeys": [pem]})
    admin.sys.create_or_update_policy("jwt-reader", READ)
    admin.write_data(
        "auth/jwt/role/worker",
        data={
            "role_type": "jwt",
            "user_claim": "sub",
            "bound_audiences": ["vault"],
            "bound_claims": {"app": "worker"},
            "token_policies": ["jwt-reader"],
        },
    )

    def statement(*, lifetime=300, **claims):
        now = int(time.time())
        said = {"sub": "worker-1", "aud": "vault", "app": "worker", "iat": now}
        return jwt.encode({"alg": "RS256"}, {**said, "exp": now + lifetime, **claims}, key)

    yield statement
    admin.sys.disable_auth_method("jwt")


def test_a_jwt_may_stand_in_a_file(provider, open_source, file):
    options = SecretOptions(jwt_file=str(deliver(file, provider())))

    assert reads(open_source(options, "?role=worker"))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [({"lifetime": -600}, "expired"), ({"aud": "other"}, "audience"), ({"app": "api"}, "app")],
)
def test_a_jwt_that_is_refused_says_why_and_the_next_one_is_tried_at_once(
    provider, open_source, file, claims, reason
):
    wrong = provider(**claims)
    adapter = open_source(SecretOptions(jwt_file=str(deliver(file, wrong))), "?role=worker")
    with pytest.raises(SecretForbidden, match=reason) as refusal:
        adapter.source.read(PATH)

    deliver(file, provider())

    assert wrong not in refusal.value.message
    assert reads(adapter)


def test_a_namespace_is_said_with_every_call(admin, openbao, open_source):
    admin.write_data("sys/namespaces/team", data={})
    inside = openbao.client(namespace="team")
    mount_kv(inside, "kv")
    inside.secrets.kv.v2.create_or_update_secret(
        "team/database", {"password": "of the team"}, mount_point="kv"
    )
    role = approle(inside, "reader", READ)

    adapter = open_source(role.options(role.secret_id()), "?namespace=team")

    assert adapter.source.read(PATH) == {"password": "of the team"}


def test_a_method_may_be_mounted_elsewhere(admin, open_source):
    admin.sys.enable_auth_method("approle", path="teams/approle")
    admin.sys.create_or_update_policy("elsewhere", READ)
    admin.auth.approle.create_or_update_approle(
        "r", token_policies=["elsewhere"], mount_point="teams/approle"
    )
    found = admin.auth.approle.read_role_id("r", mount_point="teams/approle")["data"]["role_id"]
    made = admin.auth.approle.generate_secret_id("r", mount_point="teams/approle")
    options = SecretOptions(role_id=found, secret_id=made["data"]["secret_id"])

    assert reads(open_source(options, "?auth_mount=teams/approle"))
