"""What is read from the command line and from files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from fleeting.domain.errors import InvalidTask
from fleeting.entrypoints.cli.parameters import (
    calls_in,
    json_list,
    json_object,
    labels_in,
    read_script,
)


def test_parameters_are_json(tmp_path: Path) -> None:
    (tmp_path / "args.json").write_text("[1]")

    assert json_list('[1, "a"]') == [1, "a"]
    assert json_list(f"@{tmp_path}/args.json") == [1]
    assert json_object('{"a": null}') == {"a": None}


@pytest.mark.parametrize("text", ["", "[1,", "[NaN]", "1", "{}", "@/nowhere"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidTask):
        json_list(text)


@pytest.mark.parametrize("text", ["[]", "null"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidTask, match="JSON object"):
        json_object(text)


def test_each_line_is_a_call(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('[1, 2]\n\n{"a": 3}\n')

    assert list(calls_in(path)) == [([1, 2], {}), ([], {"a": 3})]


def test_a_line_that_is_no_call_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text("[1]\n5\n")

    with pytest.raises(InvalidTask, match="line 2 of"):
        list(calls_in(path))


def test_calls_come_from_stdin_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[1]\n"))

    assert list(calls_in(Path("-"))) == [([1], {})]


def test_a_script_is_read_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_bytes("# coding: latin-1\nx = 'ü'\n".encode("latin-1"))

    assert read_script(path) == "# coding: latin-1\nx = 'ü'\n"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"# coding: klingon\n"])
def test_what_is_no_text_is_no_script(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "script.py"
    path.write_bytes(content)

    with pytest.raises(InvalidTask, match="not Python text"):
        read_script(path)


@pytest.mark.parametrize("name", ["nowhere.py", "."])
def test_a_script_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidTask, match="cannot be read"):
        read_script(tmp_path / name)


def test_labels_are_pairs() -> None:
    assert labels_in(["team=metrics", "note=a=b", "empty="]) == {
        "team": "metrics",
        "note": "a=b",
        "empty": "",
    }
    with pytest.raises(InvalidTask, match="NAME=TEXT"):
        labels_in(["team"])
