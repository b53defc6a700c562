"""The policy file: what it says, what is said of a bad one, and how a change is noticed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from fleeting.domain.errors import InvalidSetting
from fleeting.domain.policy import DEFAULT_POLICY
from fleeting.domain.principal import Scope
from fleeting.entrypoints import policy
from fleeting.entrypoints.policy import PolicyFile
from fleeting.ports.policy_source import PolicySource
from fleeting.testing import PolicySourceContract

from ...pages import blocks, name_of, pages_with

READERS = '[[grants]]\nsubjects = ["*"]\nscopes = ["results:read"]\n'
SUBMITTERS = '[[grants]]\nsubjects = ["*"]\nscopes = ["tasks:submit"]\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def looks_again(source: PolicyFile) -> None:
    source._looked = float("-inf")


@pytest.mark.parametrize("has_file", [False, True])
class TestPolicySource(PolicySourceContract):
    @pytest.fixture
    def policies(self, path: Path, *, has_file: bool) -> PolicySource:
        return policy.make(str(written(path, READERS)) if has_file else "")


def test_without_a_file_there_is_the_default() -> None:
    assert policy.make("").current() is DEFAULT_POLICY


def test_a_file_holds_grants(path: Path) -> None:
    found = policy.make(str(written(path, READERS + SUBMITTERS))).current()
    assert found.principal("alice", []).scopes == {Scope.READ, Scope.SUBMIT}


def test_an_empty_file_allows_nothing(path: Path) -> None:
    assert policy.make(str(written(path, ""))).current().grants == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (READERS + "\n\n[[grants]]\nsubject = 'x'\n", r"line 6: .*subject: no such option"),
        (READERS + '[[grants]]\nscopes = ["admin"]\n', r"line 4: .*give subjects or groups"),
        (
            '[[grants]]\nsubjects = ["*"]\nscopes = ["write"]\n',
            r"line 1: .*'write' is no scope",
        ),
        ('[[grants]]\nsubjects = "*"\n', r"line 1: grants.0.subjects: .*valid list"),
        ("grants = 3\n", r"policy .*grants"),
        ("[[grants]\n", r"no TOML: .*line 1"),
        ("\udcff", r"no TOML: .*utf-8"),
    ],
)
def test_a_mistake_is_named_with_its_place(path: Path, text: str, said: str) -> None:
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InvalidSetting, match=said):
        policy.make(str(path))


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"FLEETING_POLICY names .*No such file"):
        policy.make(str(path))


def test_a_policy_stays_the_same_object_until_the_file_changes(path: Path) -> None:
    source = PolicyFile(written(path, READERS))
    before = source.current()
    looks_again(source)
    assert source.current() is before


def test_a_change_counts_after_the_next_look(path: Path) -> None:
    source = PolicyFile(written(path, READERS))
    written(path, SUBMITTERS + "# longer\n")
    looks_again(source)
    assert source.current().principal("alice", []).scopes == {Scope.SUBMIT}


@pytest.mark.parametrize("text", ["[[grants", None])
def test_a_change_for_the_worse_does_not_count_and_is_logged(
    path: Path, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    source = PolicyFile(written(path, READERS))
    before = source.current()
    if text is None:
        path.unlink()
    else:
        written(path, text)
    looks_again(source)
    with caplog.at_level(logging.ERROR):
        assert source.current() is before
    assert "stays in force" in caplog.text


@pytest.mark.parametrize("page", pages_with("toml policy"), ids=name_of)
def test_policies_on_the_pages_are_policies(path: Path, page: Path) -> None:
    for block in blocks(page, "toml policy"):
        assert policy.make(str(written(path, block.text))).current().grants
