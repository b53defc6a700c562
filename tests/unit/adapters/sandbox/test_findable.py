from __future__ import annotations

import sys

import pytest

from fleeting.adapters.sandbox.findable import missing


@pytest.mark.parametrize(
    "module", ["sys", "math", "json", "os.path", "xml.dom.minidom", "numpy", "numpy.linalg", "six"]
)
def test_what_is_installed_is_found(module: str) -> None:
    assert missing([module]) == []


@pytest.mark.parametrize("module", ["no_such_module", "numpy.no_such_module", "fleeting.domain"])
def test_what_a_fork_server_would_not_find_is_missing(module: str) -> None:
    """The platform among it: a script gets `progress` by that name, and no more."""
    assert missing([module]) == [module]


def test_looking_imports_nothing() -> None:
    before = set(sys.modules)
    missing(["xmlrpc.server", "wsgiref.util", "pandas.api.types"])

    assert set(sys.modules) == before
