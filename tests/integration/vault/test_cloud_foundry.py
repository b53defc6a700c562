"""The login of an instance of Cloud Foundry, against a judge made from the published algorithm."""

from __future__ import annotations

import pytest
import trustme

from fleeting.adapters.vault.adapter import secret_source
from fleeting.domain.errors import SecretForbidden, SecretsUnavailable
from fleeting.ports.bundles import SecretOptions

from .cf_server import CfServer

ROLE, APP = "worker", "2d3e834a-3a25-4591-974c-fa5626d5d0a1"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA(key_type=trustme.KeyType.RSA)


@pytest.fixture
def instance(authority, tmp_path):
    """Certificate and key as the platform mounts them: the issuer's certificate behind its own."""
    return certify(authority, tmp_path, APP)


def certify(authority, folder, app, key_type=trustme.KeyType.RSA):
    made = authority.issue_cert(
        "instance.internal", organization_unit_name=f"app:{app}", key_type=key_type
    )
    certificate, key = folder / "instance.crt", folder / "instance.key"
    certificate.write_bytes(made.cert_chain_pems[0].bytes() + authority.cert_pem.bytes())
    key.write_bytes(made.private_key_pem.bytes())
    return certificate, key


@pytest.fixture
def server(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    with CfServer(path, role=ROLE, app=APP) as server:
        yield server


@pytest.fixture
def read(server):
    def read(instance, role=ROLE):
        certificate, key = instance
        query = f"?auth=cf&role={role}&cf_cert={certificate}&cf_key={key}"
        adapter = secret_source(f"{server.url}{query}", SecretOptions())
        try:
            return adapter.source.read("kv/database")
        finally:
            adapter.close()

    return read


def test_an_instance_logs_in(read, instance):
    assert read(instance) == {"password": "of the instance"}


def test_each_login_is_signed_anew(server, read, instance):
    assert read(instance) == read(instance)
    assert server.refused == []


def test_the_platform_says_where_certificate_and_key_are(server, instance, monkeypatch):
    certificate, key = instance
    monkeypatch.setenv("CF_INSTANCE_CERT", str(certificate))
    monkeypatch.setenv("CF_INSTANCE_KEY", str(key))
    adapter = secret_source(f"{server.url}?auth=cf&role={ROLE}", SecretOptions())

    assert adapter.source.read("kv/database") == {"password": "of the instance"}
    adapter.close()


def test_the_role_is_part_of_what_is_signed(server, read, instance):
    with pytest.raises(SecretForbidden):
        read(instance, role="admin")

    assert server.refused == ["no matching role"]


def test_another_app_is_refused(server, read, authority, tmp_path):
    with pytest.raises(SecretForbidden, match="authentication failed"):
        read(certify(authority, tmp_path, "another-app"))

    assert server.refused == ["app ID doesn't match role constraints"]


def test_a_key_of_another_instance_is_refused(server, read, authority, instance, tmp_path):
    certificate, _ = instance
    (tmp_path / "other").mkdir()
    _, key = certify(authority, tmp_path / "other", APP)

    with pytest.raises(SecretForbidden):
        read((certificate, key))

    assert server.refused == ["no matching certificate found"]


def test_a_certificate_of_another_authority_is_refused(server, read, tmp_path):
    stranger = trustme.CA(key_type=trustme.KeyType.RSA)

    with pytest.raises(SecretForbidden):
        read(certify(stranger, tmp_path, APP))

    assert server.refused == ["issued by somebody else"]


def test_a_key_of_another_kind_says_so(read, authority, tmp_path):
    with pytest.raises(SecretsUnavailable, match="CF_INSTANCE_KEY"):
        read(certify(authority, tmp_path, APP, trustme.KeyType.ECDSA))


def test_a_certificate_that_is_not_there_yet_says_where_it_was_looked_for(read, instance, tmp_path):
    empty = tmp_path / "gone.crt"
    empty.touch()

    with pytest.raises(SecretsUnavailable, match=r"gone\.crt"):
        read((empty, instance[1]))
