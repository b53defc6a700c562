from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from fleeting.domain import errors
from fleeting.domain.errors import FleetingError, ResultGone

from ...error_leaves import own_children


def classes(root: type[FleetingError] = FleetingError) -> Iterator[type[FleetingError]]:
    """The tree, parents before children."""
    yield root
    for child in own_children(root):
        yield from classes(child)


def drawn() -> list[tuple[str, str]]:
    """Parent and name of each class in the drawing on top of the module."""
    lines = re.findall(r"^    ([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    above = ["Exception"]
    pairs = []
    for indent, name in lines:
        del above[len(indent) // 4 + 1 :]
        pairs.append((above[-1], name))
        above.append(name)
    return pairs


def test_tree_is_drawn_as_it_is() -> None:
    kinds = [(cls.__base__.__name__, cls.__name__) for cls in classes() if cls.__base__]

    assert sorted(drawn()) == sorted(kinds)


def test_module_names_every_error() -> None:
    assert sorted(cls.__name__ for cls in classes()) == sorted(errors.__all__)


def test_each_branch_says_who_can_act() -> None:
    kinds = [cls.__name__ for cls in own_children(FleetingError)]

    assert kinds == ["RequestError", "ResultError", "RunError", "PortError", "ConfigurationError"]


def test_codes_are_unique() -> None:
    codes = [cls.code for cls in classes()]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("cls", list(classes()), ids=lambda cls: cls.__name__)
def test_code_is_the_class_name_in_snake_case(cls: type[FleetingError]) -> None:
    assert "".join(word.title() for word in cls.code.split("_")) == cls.__name__


@pytest.mark.parametrize("cls", list(classes()), ids=lambda cls: cls.__name__)
def test_error_without_words_says_what_its_class_stands_for(cls: type[FleetingError]) -> None:
    assert cls().message == (cls.__doc__ or "").strip() != ""


def test_message_is_the_text_alone() -> None:
    assert ResultGone("nothing is left").message == "nothing is left"


def test_third_party_error_without_a_docstring_says_its_code() -> None:
    class DiskFull(errors.PortError):
        pass

    assert DiskFull().message == "disk_full"


def test_only_what_may_pass_by_itself_is_retryable() -> None:
    assert {cls.__name__ for cls in classes() if cls.retryable} == {
        "RateLimited",
        "QuotaExceeded",
        "ResultNotReady",
        "StoreUnavailable",
        "QueueUnavailable",
        "QueueFull",
        "SecretsUnavailable",
        "SandboxUnavailable",
        "ServiceUnavailable",
        "AuthenticatorUnavailable",
    }
