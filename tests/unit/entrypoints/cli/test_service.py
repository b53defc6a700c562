"""The commands that ask a service."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done

Ask = Callable[..., Done]
GONE = "add_1763683200000_0123456789abcdef"


def submitted(ask: Ask, script: str, function: str = "add", args: str = "[1, 2]") -> str:
    """The key of a task that has ended."""
    key = ask("submit", script, function, "--args", args).out.strip()
    ask("get", key, "--wait", "30")
    return key


def test_submit_prints_the_key_and_get_the_value(ask: Ask, script: str) -> None:
    key = ask("submit", script, "add", "--args", "[1, 2]").out.strip()
    done = ask("get", key, "--wait", "30")

    assert key.startswith("add_")
    assert (done.exit_code, done.out) == (0, "3\n")


def test_submit_waits_if_it_is_told_to(ask: Ask, script: str) -> None:
    done = ask("submit", script, "steps", "--args", "[2]", "--wait", "30")

    assert (done.exit_code, done.out) == (0, '{"count": 2}\n')
    assert done.err == "step 0\nstep 1\n"


def test_submit_takes_every_option_of_a_task(ask: Ask, script: str) -> None:
    done = ask(
        *("submit", script, "add", "--args", "[1]", "--wait", "30", "--json"),
        *("--ttl-seconds", "60", "--max-attempts", "2", "--retry-on", "raised"),
        *("--retry-on", "died", "--countdown-seconds", "0.01", "--idempotency-key", "k"),
        *("--label", "team=x", "--label", "note=y", "--isolation", "none"),
    )

    assert done.json["labels"] == {"team": "x", "note": "y"}
    assert (done.json["ttl_seconds"], done.json["max_attempts"]) == (60, 2)


def test_submit_each_makes_a_call_of_every_line(ask: Ask, script: str, tmp_path: Path) -> None:
    calls = tmp_path / "calls.jsonl"
    calls.write_text('[1]\n[2]\n{"b": 5}\n')
    done = ask("submit", script, "add", "--args", "[10]", "--each", str(calls), "--wait", "30")

    assert (done.exit_code, done.out) == (0, "11\n12\n15\n")


def test_submit_each_prints_the_keys(ask: Ask, script: str) -> None:
    done = ask("submit", script, "add", "--each", "-", "--json", stdin="[1]\n[2]\n")

    assert [task["status"] for task in done.json["tasks"]] == ["queued", "queued"]


def test_submit_each_prints_what_succeeded_beside_what_did_not(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "divide.py"
    path.write_text("def divide(a, b):\n    return a / b\n")
    arguments = ("submit", str(path), "divide", "--args", "[1]", "--each", "-", "--wait", "30")
    plain = ask(*arguments, stdin="[1]\n[0]\n[2]\n")
    as_json = ask(*arguments, "--json", stdin="[1]\n[0]\n")

    assert (plain.exit_code, plain.out) == (1, "1.0\n0.5\n")
    assert "ZeroDivisionError" in plain.err
    assert "1 of 3 tasks have no value" in plain.err
    assert [one["status"] for one in as_json.json] == ["succeeded", "failed"]


def test_a_dry_run_submits_nothing(ask: Ask, script: str) -> None:
    good = ask("submit", script, "add", "--args", "[1]", "--dry-run")
    bad = ask("submit", script, "ad", "--dry-run", "--json")

    assert (good.exit_code, good.out) == (0, "nothing is wrong with it\n")
    assert (bad.exit_code, bad.json["ok"]) == (2, False)
    assert bad.json["problems"][0]["code"] == bad.problem["code"] == "function_not_found"
    assert ask("results", "add", "--json").json == []


def test_a_failed_task_ends_get_with_1(ask: Ask, script: str) -> None:
    key = submitted(ask, script, "fail", '["boom"]')
    done = ask("get", key)

    assert (done.exit_code, done.out) == (1, "")
    assert "ValueError: boom" in done.err


def test_a_task_that_has_not_ended_ends_get_with_3(ask: Ask, script: str) -> None:
    key = ask("submit", script, "add", "--args", "[1]", "--countdown-seconds", "60").out.strip()
    done = ask("get", key, "--json")

    assert (done.exit_code, done.problem["code"]) == (3, "result_not_ready")


@pytest.mark.parametrize("command", ["get", "task", "cancel"])
def test_a_key_with_nothing_left_ends_with_3(ask: Ask, command: str) -> None:
    done = ask(command, GONE, "--json")

    assert (done.exit_code, done.problem["code"]) == (3, "result_gone")


@pytest.mark.parametrize("command", ["get", "task", "cancel"])
def test_a_malformed_key_ends_with_2(ask: Ask, command: str) -> None:
    done = ask(command, "nonsense")

    assert done.exit_code == 2
    assert "function_time_value" in done.err


def test_cancel_says_what_came_of_it(ask: Ask, script: str) -> None:
    key = ask("submit", script, "add", "--args", "[1]", "--countdown-seconds", "60").out.strip()

    assert ask("cancel", key).out == "cancelled\n"
    again = ask("cancel", key, "--json")
    assert (again.exit_code, again.problem["code"]) == (3, "already_finished")


def test_task_prints_the_facts_without_the_value(ask: Ask, script: str) -> None:
    key = submitted(ask, script, "steps", "[2]")
    plain, as_json = ask("task", key).out, ask("task", key, "--json").json

    assert f"key                 {key}\n" in plain
    assert plain.endswith("\noutput:\nstep 0\nstep 1\n")
    assert ("value" in as_json, as_json["output"]) == (False, "step 0\nstep 1\n")


def test_values_are_one_a_line_or_one_list(ask: Ask, script: str) -> None:
    for args in ("[1]", "[2]"):
        submitted(ask, script, "add", args)

    assert ask("values", "add").out == "1\n2\n"
    assert ask("values", "add", "--json").out == "[1, 2]\n"
    assert ask("values", "add", "--limit", "1").out == "1\n"


def test_lists_are_tabs_between_cells_where_no_terminal_is(ask: Ask, script: str) -> None:
    key = submitted(ask, script)
    functions, results = ask("functions").out, ask("results", "add").out

    assert functions == f"function\tvalues\tnewest\nadd\t1\t{key}\n"
    head, row = results.splitlines()
    assert head.split("\t")[:3] == ["key", "status", "attempt"]
    assert row.split("\t")[:2] == [key, "succeeded"]


def test_results_are_the_latest_first_and_can_be_narrowed(ask: Ask, script: str) -> None:
    keys = [submitted(ask, script, "add", args) for args in ("[1]", "[2]")]

    assert [one["key"] for one in ask("results", "add", "--json").json] == keys[::-1]
    assert [one["key"] for one in ask("results", "add", "--json", "--order", "asc").json] == keys
    assert ask("results", "add", "--json", "--status", "failed", "--status", "lost").json == []


def test_stats_are_figures(ask: Ask, script: str) -> None:
    submitted(ask, script)

    assert ask("stats", "add", "--json").json["values"]["max"] == 3
    assert "values.max" in ask("stats", "add").out
    assert ask("stats", "add", "--field", "price", "--json").json["skipped"] == 1


def test_watch_shows_what_came_since_and_ends_after_its_count(ask: Ask, script: str) -> None:
    submitted(ask, script)
    first = ask("watch", "add", "--count", "1", "--json", "--after", _beginning(ask)).json
    done = ask("watch", "add", "--count", "1", "--after", _beginning(ask))

    assert (first["kind"], first["result"]["value"]) == ("result", 3)
    assert done.out == f"{first['result']['key']}\tsucceeded\t3\n"


def test_submit_follows_a_task_to_its_value(ask: Ask, script: str) -> None:
    done = ask("submit", script, "steps", "--args", "[2]", "--follow")

    assert (done.json, done.err) == ({"count": 2}, "step 0\nstep 1\n")


def test_a_followed_task_that_fails_ends_as_any_that_fails(ask: Ask, script: str) -> None:
    waited = ask("submit", script, "fail", "--args", '["no"]', "--wait", "30")
    done = ask("submit", script, "fail", "--args", '["no"]', "--follow")

    assert done.err.startswith("about to fail\n")
    assert done.exit_code == waited.exit_code != 0


@pytest.mark.parametrize("other", [("--wait", "1"), ("--each", "-")])
def test_one_call_is_followed_and_nothing_else(
    ask: Ask, script: str, other: tuple[str, ...]
) -> None:
    done = ask("submit", script, "add", "--follow", *other)

    assert "--follow shows one call" in done.err


def test_watch_follows_one_task_by_its_key(ask: Ask, script: str) -> None:
    key = ask("submit", script, "steps", "--args", "[2]").out.strip()
    done = ask("watch", key)

    assert (done.json, done.err) == ({"count": 2}, "step 0\nstep 1\n")


def test_watch_of_a_task_tells_each_update_as_json(ask: Ask, script: str) -> None:
    key = ask("submit", script, "steps", "--args", "[2]").out.strip()
    lines = [json.loads(line) for line in ask("watch", key, "--json").out.splitlines()]

    assert "".join(line.get("output", "") for line in lines) == "step 0\nstep 1\n"
    assert (lines[-1]["kind"], lines[-1]["result"]["value"]) == ("result", {"count": 2})
    again = ask("watch", key, "--after", lines[-1]["id"])
    assert "it was seen before" in again.err


def test_a_service_that_is_not_there_ends_with_69(fleeting: Ask) -> None:
    done = fleeting("values", "add", "--url", "http://127.0.0.1:1", "--json")

    assert (done.exit_code, done.problem["code"]) == (69, "service_unavailable")


def test_an_address_that_is_none_ends_with_78(fleeting: Ask) -> None:
    assert fleeting("values", "add", "--url", "nonsense").exit_code == 78


def test_a_misspelt_variable_is_refused_with_the_nearest_name(fleeting: Ask) -> None:
    done = fleeting("values", "add", FLEETING_ULR="http://127.0.0.1:1")

    assert done.exit_code == 78
    assert "did you mean FLEETING_URL?" in done.err


def _beginning(ask: Ask) -> str:
    """The position before everything that the memory feed has announced."""
    return json.dumps(0).zfill(16)


def test_workers_are_listed_with_what_they_give(ask: Ask, script: str) -> None:
    submitted(ask, script)
    [worker] = ask("workers", "--json").json
    done = ask("workers")

    assert {"isolation", "attestation", "libraries", "python", "version"} <= worker.keys()
    assert worker["worker"] in done.out
