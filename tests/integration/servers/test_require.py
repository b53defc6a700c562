from __future__ import annotations

import pytest

from .require import require


def test_a_program_that_is_there_is_named_by_its_path():
    assert require("sh").endswith("/sh")


def test_a_missing_program_skips_on_a_laptop(monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install some-package"):
        require("no-such-program", package="some-package")


def test_a_missing_program_fails_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="apt-get install no-such-program"):
        require("no-such-program")
