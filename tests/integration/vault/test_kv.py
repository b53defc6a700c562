"""Both versions of the key/value engine are read, wherever they are mounted."""

from __future__ import annotations

from contextlib import suppress

import pytest

from fleeting.domain.errors import SecretForbidden, SecretNotFound

from .roles import approle, mount_kv


@pytest.fixture
def source(admin, open_source):
    """Reads everything there is, and keeps nothing."""
    role = approle(admin, "reads-all", 'path "*" { capabilities = ["read"] }')
    return open_source(role.options(role.secret_id()), "?cache_seconds=0").source


@pytest.fixture(params=["1", "2"])
def version(request):
    return request.param


@pytest.fixture(params=["plain", "teams/a/nested"])
def mount(request, admin, version):
    mount_kv(admin, request.param, version)
    yield request.param
    admin.sys.disable_secrets_engine(request.param)


def write(admin, mount, version, path, **fields):
    place = f"{mount}/data/{path}" if version == "2" else f"{mount}/{path}"
    admin.write_data(place, data={"data": fields} if version == "2" else fields)


def test_a_secret_is_named_by_its_mount_and_its_path(admin, source, mount, version):
    write(admin, mount, version, "team/database", password="canary")

    assert source.read(f"{mount}/team/database") == {"password": "canary"}


def test_a_secret_may_be_called_like_a_part_of_the_engine(admin, source, mount, version):
    write(admin, mount, version, "data/metadata", password="canary")

    assert source.read(f"{mount}/data/metadata") == {"password": "canary"}


def test_what_is_no_text_comes_as_json(admin, source, mount, version):
    write(admin, mount, version, "mixed", port=6379, hosts=["a", "b"], tls=True, text="6379")

    found = source.read(f"{mount}/mixed")

    assert found == {"port": "6379", "hosts": '["a", "b"]', "tls": "true", "text": "6379"}


def test_a_mount_that_was_replaced_by_the_other_version_is_read_on(admin, source):
    for version in ("1", "2"):
        mount_kv(admin, "moved", version)
        write(admin, "moved", version, "x", value=version)
        # The first read after the change may still go to where the other version had it.
        with suppress(SecretNotFound):
            source.read("moved/x")

        assert source.read("moved/x") == {"value": version}
        admin.sys.disable_secrets_engine("moved")


def test_other_engines_are_not_read_as_secrets(admin, source):
    admin.sys.enable_secrets_engine("transit")

    with pytest.raises(SecretNotFound, match="no secret of a key/value engine"):
        source.read("transit/keys/x")

    admin.sys.disable_secrets_engine("transit")


@pytest.mark.parametrize("path", ["sys/mounts", "auth/token/lookup-self", "nowhere/x"])
def test_what_is_no_mount_of_secrets_is_not_read(source, path):
    with pytest.raises((SecretNotFound, SecretForbidden)):
        source.read(path)
