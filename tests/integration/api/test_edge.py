"""The API where it meets the network: TLS of its own, clients' certificates, proxies."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from ..servers.port import HOST
from ..servers.tls import Certificates
from .api_process import FLEETING, serving

PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def port(files: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of an API that speaks TLS with those alone who have a certificate."""
    directory = tmp_path_factory.mktemp("api")
    settings = settings_of(files) | {"FLEETING_API_TLS_CLIENT_CA_FILE": str(files.ca)}
    with serving(directory, lambda port: answers(port, files), settings) as port:
        yield port


def settings_of(files: Certificates) -> Mapping[str, str]:
    return {
        "FLEETING_API_TLS_CERTIFICATE_FILE": str(files.server),
        "FLEETING_API_TLS_KEY_FILE": str(files.server_key),
    }


def known(files: Certificates) -> ssl.SSLContext:
    """A client of the right authority that has a certificate."""
    context = ssl.create_default_context(cafile=files.ca)
    context.load_cert_chain(files.client, files.client_key)
    return context


def answers(port: int, files: Certificates) -> bool:
    try:
        return get(port, known(files)).status_code == 200
    except httpx2.HTTPError:
        return False


def get(port: int, context: ssl.SSLContext) -> httpx2.Response:
    return httpx2.get(f"https://{HOST}:{port}/healthz", verify=context, timeout=10)


def test_client_with_a_certificate_is_served_over_tls(port: int, files: Certificates) -> None:
    assert "max-age" in get(port, known(files)).headers["strict-transport-security"]


def test_client_without_a_certificate_is_not(port: int, files: Certificates) -> None:
    with pytest.raises(httpx2.HTTPError):
        get(port, ssl.create_default_context(cafile=files.ca))


def test_client_of_another_authority_is_not(port: int, files: Certificates, tmp_path: Path) -> None:
    strange = Certificates.issue(tmp_path / "strange")
    context = ssl.create_default_context(cafile=files.ca)
    context.load_cert_chain(strange.client, strange.client_key)

    with pytest.raises(httpx2.HTTPError):
        get(port, context)


def test_plain_http_is_not_answered(port: int) -> None:
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"http://{HOST}:{port}/healthz", timeout=10)


@pytest.mark.parametrize(("proxies", "is_believed"), [("", False), (HOST, True)])
def test_headers_of_proxies_count_from_named_addresses_alone(
    tmp_path: Path, *, proxies: str, is_believed: bool
) -> None:
    def answer(port: int) -> httpx2.Response:
        return httpx2.get(f"http://{HOST}:{port}/healthz", headers=PROXY, timeout=10)

    def is_up(port: int) -> bool:
        try:
            return answer(port).status_code == 200
        except httpx2.HTTPError:
            return False

    with serving(tmp_path, is_up, {"FLEETING_API_TRUSTED_PROXIES": proxies}) as port:
        # What came to the proxy over TLS is told to stay there.
        assert ("strict-transport-security" in answer(port).headers) is is_believed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"FLEETING_API_TLS_KEY_FILE": ""}, "or neither"),
        ({"FLEETING_API_TLS_CERTIFICATE_FILE": "/nowhere"}, "cannot be read"),
        ({"FLEETING_API_TLS_KEY_FILE": "other"}, "belong together"),
    ],
)
def test_certificate_that_cannot_be_used_is_named_at_the_start(
    files: Certificates, change: Mapping[str, str], says: str
) -> None:
    changed = {name: str(files.client_key) if v == "other" else v for name, v in change.items()}
    done = subprocess.run(
        [FLEETING, "api", "--roles", "retrieve", "--port", "1"],
        env={**os.environ, **settings_of(files), **changed},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 78
    assert says in " ".join(done.stderr.split())
