from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fleeting.domain.errors import LibraryUnavailable
from fleeting.domain.inline_metadata import Needs
from fleeting.domain.isolation import Isolation
from fleeting.domain.libraries import check_needs, covering, library_set
from fleeting.domain.requirement import parse_requirement, parse_versions
from fleeting.domain.worker_facts import LibrarySet, WorkerFacts

BARE = LibrarySet(name="default")
DATA = LibrarySet(
    name="data",
    modules=("numpy", "pandas"),
    distributions={"NumPy": "2.4.6", "pandas": "2.3"},
    loaded=("numpy", "pandas"),
)
NUMBERS = LibrarySet(
    name="numbers", modules=("numpy",), distributions={"numpy": "2.4.6"}, loaded=("numpy",)
)


def needing(*dependencies: str, python: str = "") -> Needs:
    return Needs(parse_versions(python), tuple(map(parse_requirement, dependencies)))


def a_worker(*sets: LibrarySet, python: str = "3.11.2") -> WorkerFacts:
    return WorkerFacts(
        worker="w",
        started_at=datetime(2025, 11, 21, tzinfo=UTC),
        version="1",
        python=python,
        platform="Linux",
        isolation=Isolation.CONFINED,
        libraries=sets,
    )


def test_the_smallest_covering_set_is_taken() -> None:
    sets = [DATA, NUMBERS, BARE]

    assert covering(needing("numpy>=2"), sets) is NUMBERS
    assert covering(needing("numpy", "pandas"), sets) is DATA
    assert covering(needing(), sets) is BARE
    assert covering(needing("torch"), sets) is None


def test_what_is_loaded_comes_before_what_is_small() -> None:
    installed = {"numpy": "2.4.6", "requests": "2"}
    bare = LibrarySet(name="default", distributions=installed)
    numbers = LibrarySet(
        name="numbers", modules=("numpy",), distributions=installed, loaded=("numpy",)
    )

    assert covering(needing("numpy", "requests"), [bare, numbers]) is numbers
    assert covering(needing("requests"), [numbers, bare]) is bare


def test_script_that_names_no_library_has_the_default_set_however_large() -> None:
    large = LibrarySet(name="default", modules=("numpy", "pandas"))

    assert covering(needing(python=">=3.11"), [NUMBERS, large]) is large


def test_set_of_a_worker_is_found_or_refused() -> None:
    assert library_set(needing("pandas"), a_worker(BARE, DATA)) is DATA
    with pytest.raises(LibraryUnavailable, match="no worker has torch"):
        library_set(needing("torch"), a_worker(BARE, DATA))


def test_one_able_worker_is_enough() -> None:
    check_needs(needing("pandas", python=">=3.11"), [a_worker(BARE), a_worker(DATA)])


@pytest.mark.parametrize(
    ("needs", "sets", "message"),
    [
        (needing("torch"), [BARE], "no worker has torch; there is Python's own library alone"),
        (needing("torch", "numpy"), [NUMBERS], "no worker has torch; there is numpy 2.4.6"),
        (needing("numpy>=3"), [DATA], "no worker has numpy>=3; there is NumPy 2.4.6"),
        (needing("x", "numpy"), [], "no worker has x, numpy; there is Python's own library alone"),
        (
            needing("a", "b"),
            [
                LibrarySet(name="1", distributions={"a": "1"}),
                LibrarySet(name="2", distributions={"b": "1"}),
            ],
            "no library set of the workers has all of a, b together",
        ),
    ],
)
def test_what_is_missing_and_what_is_there_is_said(
    needs: Needs, sets: list[LibrarySet], message: str
) -> None:
    with pytest.raises(LibraryUnavailable) as caught:
        check_needs(needs, [a_worker(*sets)])

    assert caught.value.message == message


def test_a_long_list_is_cut() -> None:
    many = LibrarySet(name="many", distributions={f"lib{n}": "1" for n in range(25)})

    with pytest.raises(LibraryUnavailable, match=r"and 5 more$"):
        check_needs(needing("torch"), [a_worker(many)])


def test_python_of_the_workers_is_said() -> None:
    with pytest.raises(LibraryUnavailable, match=r"needs Python >=3.13, and .* have 3.11.2"):
        check_needs(needing(python=">=3.13"), [a_worker(BARE)])
