"""One installation with secrets for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..servers.openbao import OpenBao
from ..servers.valkey import Valkey
from .site import Site


@pytest.fixture(scope="module")
def site(
    openbao_server: OpenBao,
    valkey_server: Valkey,
    signing_environment: None,  # before any process is started
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    openbao_server.heal()
    valkey_server.heal()
    site = Site(openbao_server, valkey_server, tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.close()
