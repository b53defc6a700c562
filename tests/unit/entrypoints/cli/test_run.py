"""`fleeting run`: value on stdout, the script's own output on stderr, the end in the exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done

Fleeting = Callable[..., Done]
COMMAND = [sys.executable, "-m", "fleeting.entrypoints.cli"]


def test_the_value_is_all_there_is_on_stdout(fleeting: Fleeting, script: str) -> None:
    done = fleeting("run", script, "steps", "--args", "[2]", "--isolation", "none")

    assert (done.exit_code, done.out, done.err) == (0, '{"count": 2}\n', "step 0\nstep 1\n")


def test_parameters_may_be_named(fleeting: Fleeting, script: str) -> None:
    done = fleeting(
        "run", script, "add", "--args", "[1]", "--kwargs", '{"b": 2}', "--isolation", "none"
    )

    assert done.out == "3\n"


def test_the_script_may_come_from_stdin(fleeting: Fleeting) -> None:
    done = fleeting("run", "-", "f", "--isolation", "none", stdin="def f():\n    return 'hi'\n")

    assert done.out == '"hi"\n'


def test_json_is_everything_known_of_the_task(fleeting: Fleeting, script: str) -> None:
    done = fleeting("run", script, "add", "--args", "[1]", "--json", "--isolation", "none")

    assert (done.json["status"], done.json["value"], done.json["attempt"]) == ("succeeded", 1, 1)


def test_a_script_that_raises_ends_with_1_and_its_traceback(
    fleeting: Fleeting, script: str
) -> None:
    done = fleeting("run", script, "fail", "--args", '["boom"]', "--isolation", "none")

    assert (done.exit_code, done.out) == (1, "")
    assert "about to fail" in done.err
    assert "ValueError: boom" in done.err
    assert "raise ValueError(text)" in done.err


def test_a_failure_in_json_is_a_problem_beside_the_facts(fleeting: Fleeting, script: str) -> None:
    done = fleeting("run", script, "fail", "--args", '["x"]', "--json", "--isolation", "none")

    assert done.exit_code == 1
    assert (done.json["status"], "value" in done.json) == ("failed", False)
    problem = done.problem
    assert (problem["code"], problem["error_code"]) == ("task_failed", "script_raised")
    assert (problem["exit_code"], problem["line"]) == (1, 8)


def test_a_misspelt_function_is_told_the_nearest_one(fleeting: Fleeting, script: str) -> None:
    done = fleeting("run", script, "stpes", "--isolation", "none")

    assert done.exit_code == 2
    assert "steps" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--args", "[1,"],
        ["--args", "{}"],
        ["--kwargs", "[]"],
        ["--args", "[1, 2, 3]"],
        ["--timeout-seconds", "1"],
        ["--cpu-seconds", "1"],
        ["--threads", "1"],
        ["--scratch-mb", "1"],
        ["--network", "tcp:a:1"],
    ],
)
def test_a_wrong_request_ends_with_2(fleeting: Fleeting, script: str, arguments: list[str]) -> None:
    done = fleeting("run", script, "add", *arguments, "--isolation", "none", "--json")

    assert (done.exit_code, done.out) == (2, "")
    assert done.problem["exit_code"] == 2


def test_ctrl_c_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text("def f():\n    print('started', flush=True)\n    while True: pass\n")
    process = subprocess.Popen(
        [*COMMAND, "run", str(path), "f"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stderr is not None
        assert process.stderr.readline() == "started\n"
        process.send_signal(signal.SIGINT)

        assert process.wait(30) == 130


def test_nothing_is_coloured_where_nobody_wants_colours(script: str) -> None:
    done = subprocess.run(
        [*COMMAND, "run", script, "fail", "--args", '["x"]', "--isolation", "none"],
        env=os.environ | {"NO_COLOR": "1", "FORCE_COLOR": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_output_and_progress_do_not_run_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "noisy.py"
    path.write_text(
        "import fleeting\n"
        "def f():\n"
        "    for n in range(3):\n"
        "        print('line', n)\n"
        "        fleeting.progress(n, 3, 'at work')\n"
        "        import time; time.sleep(0.3)\n"
    )
    shown = _on_terminal([*COMMAND, "run", str(path), "f"])
    lines = shown.replace("\x1b[2K", "\r").replace("\n", "\r").split("\r")

    assert [line for line in lines if line.startswith("line")] == ["line 0", "line 1", "line 2"]
    assert any("at work" in line for line in lines)
    assert "null" in lines


def _on_terminal(command: list[str]) -> str:
    """Everything that a person sees."""
    import pty

    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    # Linux answers with an error, not with the end, once nobody has the other side open.
    with process, os.fdopen(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):
        while chunk := terminal.read(4096):
            shown += chunk
    return shown.decode()
