from __future__ import annotations

import pytest

from fleeting.domain.requirement import parse_requirement, parse_versions


@pytest.mark.parametrize(
    ("clauses", "version", "is_allowed"),
    [
        ("", "0.1rc1", True),
        (">=2", "2", True),
        (">=2", "1.9.9", False),
        (">=2.0", "2", True),
        (">2", "2.0", False),
        (">2", "2.0.1", True),
        ("<3", "2.99", True),
        ("<3", "3.0", False),
        ("<=3", "3.0.0", True),
        ("==2", "2.0.0", True),
        ("==2", "2.1", False),
        ("==2.*", "2.4.6", True),
        ("==2.*", "3.0", False),
        ("!=2.1.*", "2.1.5", False),
        ("!=2.1", "2.2", True),
        ("~=2.1", "2.9", True),
        ("~=2.1", "3.0", False),
        ("~=2.1.3", "2.1.2", False),
        (">= 2 , < 3", "2.5", True),
        (">=2,<3", "3.5", False),
        (">=2", "3.0rc1", False),
        (">=2", "2.4.post1", True),
        (">=2", "2.4+local", True),
        (">=2", "unknown", False),
    ],
)
def test_clauses_allow_releases(clauses: str, version: str, *, is_allowed: bool) -> None:
    assert parse_versions(clauses).allow(version) is is_allowed


@pytest.mark.parametrize("text", ["2", ">=2.*", "~=2", "===2", ">=2rc1", ">=", ">=2,"])
def test_what_is_no_comparison_with_a_release_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no comparison"):
        parse_versions(text)


@pytest.mark.parametrize("text", ["Foo_Bar>=1", "foo.bar >= 1", " foo--bar (>=1)"])
def test_names_have_one_spelling(text: str) -> None:
    requirement = parse_requirement(text)

    assert str(requirement) == "foo-bar>=1"
    assert requirement.is_met_by({"Foo-Bar": "1.0"})


def test_a_requirement_is_not_met_by_another_version_or_name() -> None:
    requirement = parse_requirement("numpy>=2")

    assert not requirement.is_met_by({"numpy": "1.26", "pandas": "2.3"})


@pytest.mark.parametrize("text", ["a[b]", "a @ https://x", "a; python_version<'3'", "a>=1;b"])
def test_what_is_not_judged_here_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="extras, a URL or a marker"):
        parse_requirement(text)


@pytest.mark.parametrize("text", ["", "-a", ">=1"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no distribution"):
        parse_requirement(text)
