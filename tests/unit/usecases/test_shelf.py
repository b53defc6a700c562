from __future__ import annotations

from fleeting.domain.source import outline
from fleeting.usecases.shelf import SIZE, Shelf

SEEN = outline("def f(): ...")


def test_what_was_put_is_found() -> None:
    shelf = Shelf()

    shelved = shelf.put("a", SEEN)

    assert shelf.get("a") is shelved
    assert (shelved.outline, shelved.stored) == (SEEN, None)


def test_nothing_else_is_found() -> None:
    assert Shelf().get("a") is None


def test_full_shelf_forgets_what_was_not_used_for_longest() -> None:
    shelf = Shelf()
    for number in range(SIZE):
        shelf.put(str(number), SEEN)
    shelf.get("0")

    shelf.put("one more", SEEN)

    assert shelf.get("0") is not None
    assert shelf.get("1") is None
    assert shelf.get("2") is not None


def test_what_is_put_again_takes_no_more_room() -> None:
    shelf = Shelf()
    for number in (*range(SIZE), SIZE - 1):
        shelf.put(str(number), SEEN)

    assert shelf.get("0") is not None
