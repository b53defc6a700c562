"""An API without authentication serves this machine alone, and no web page."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import httpx2
import pytest

from ..servers.port import HOST
from .api_process import FLEETING, serving


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `fleeting api` listens, as it does without any setting."""
    with serving(tmp_path_factory.mktemp("api"), lambda port: answers(address(port))) as port:
        yield address(port)


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def test_this_machine_is_served(url: str) -> None:
    assert httpx2.get(f"{url}/functions").json() is not None


def test_page_whose_name_leads_here_is_not_served(url: str) -> None:
    """DNS rebinding: the browser connects to loopback, and says the page's own name."""
    answer = httpx2.get(f"{url}/functions", headers={"Host": "page.evil.example"})

    assert answer.status_code == 421


def test_address_that_is_taken_is_named(url: str) -> None:
    """With the code of a wrong setting: uvicorn's own means that a result is not ready."""
    done = subprocess.run(
        [FLEETING, "api", "--roles", "retrieve", "--port", url.rpartition(":")[2]],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 78
    assert f"cannot listen at {url.removeprefix('http://')}: Address already in use" in done.stderr


def test_api_that_strangers_could_reach_does_not_start() -> None:
    done = subprocess.run(
        [FLEETING, "api", "--host", "0.0.0.0", "--port", "1"],
        env={**os.environ, "FLEETING_AUTH": "none"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 78
    assert "set FLEETING_AUTH to" in done.stderr
