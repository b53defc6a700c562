"""What a script finds around it in a process of its own."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.domain.errors import SandboxUnavailable
from fleeting.testing.runner import Observer, sample_run


def answer(source: str, *args: Any) -> Any:
    report = ProcessRunner().run(sample_run(source, *args), Observer())
    assert report.value is not None, report
    return json.loads(report.value)


def test_platform_is_just_progress() -> None:
    source = (
        "import fleeting\ndef f():\n"
        "    return [name for name in vars(fleeting) if not name.startswith('_')]\n"
    )

    assert answer(source) == ["progress"]


@pytest.mark.parametrize("statement", ["import fleeting.domain", "from fleeting import Client"])
def test_rest_of_the_platform_cannot_be_imported(statement: str) -> None:
    report = ProcessRunner().run(sample_run(f"{statement}\ndef f(): pass"), Observer())

    assert report.error is not None
    assert report.error.code == "script_raised"


def test_installed_libraries_can_be_imported() -> None:
    assert answer("import pydantic\ndef f(): return pydantic.__name__") == "pydantic"


def test_environment_is_a_fixed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_SECRET", "canary")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")

    found = answer("import os\ndef f(): return dict(os.environ)")

    assert found.pop("FLEETING_RUN")
    assert found == {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MALLOC_ARENA_MAX": "2",
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LD_LIBRARY_PATH": "/nowhere",
    }


def test_process_stands_alone() -> None:
    """Own session, no arguments, no input, no descriptors but the streams and its channel."""
    source = (
        "import os, sys\ndef f():\n"
        "    files = [n for n in range(256) if os.path.exists(f'/proc/self/fd/{n}')]\n"
        "    return [os.getsid(0) == os.getpid(), sys.argv, sys.stdin.read(), os.getcwd(),"
        " len(files)]\n"
    )

    assert answer(source) == [True, [""], "", "/", 4]


def test_little_is_loaded_for_a_plain_run() -> None:
    """Each of these takes longer to load than everything that the platform needs."""
    slow = ["asyncio", "dataclasses", "inspect", "linecache", "logging", "pathlib", "pydantic",
            "subprocess", "traceback", "typing"]  # fmt: skip

    loaded = answer("import sys\ndef f(names): return [n for n in names if n in sys.modules]", slow)

    assert loaded == []


def test_output_is_text_whatever_is_printed() -> None:
    source = "import os\ndef f():\n    print('\\ud800', end='')\n    os.write(1, b'\\xff')\n"

    report = ProcessRunner().run(sample_run(source), Observer())

    assert sorted(report.output) == sorted("\\ud800?")


def test_latest_statement_of_progress_is_seen_while_the_run_goes_on() -> None:
    """Although those before it came too fast to be shown."""
    source = (
        "import fleeting, time\ndef f():\n"
        "    for n in range(1001): fleeting.progress(n, 1000)\n"
        "    time.sleep(600)\n"
    )
    runner = ProcessRunner()

    class Stopping(Observer):
        def on_progress(self, done: float, total: float | None, note: str) -> None:
            super().on_progress(done, total, note)
            if done == 1000:
                runner.stop("run-1")

    observer = Stopping()
    report = runner.run(sample_run(source), observer)

    assert report.error is not None
    assert report.error.code == "run_cancelled"
    assert len(observer.progress) < 500


def test_progress_that_says_nothing_raises_in_the_script() -> None:
    source = "import fleeting\ndef f(): fleeting.progress('much')"

    report = ProcessRunner().run(sample_run(source), Observer())

    assert report.error is not None
    assert report.error.message == "TypeError: done must be a number, not str"


def test_interpreter_that_does_not_come_up_is_told_with_its_last_words() -> None:
    with pytest.raises(SandboxUnavailable) as caught:
        ProcessRunner(python="/bin/false").run(sample_run("def f(): pass"), Observer())

    assert caught.value.message == "the process for a run did not come up: no word of it"
    with pytest.raises(SandboxUnavailable, match="No such file or directory"):
        ProcessRunner(python="/nowhere").run(sample_run("def f(): pass"), Observer())


def test_second_run_of_the_same_name_is_refused() -> None:
    runner = ProcessRunner(python=sys.executable)

    class Again(Observer):
        def on_output(self, text: str) -> None:
            with pytest.raises(ValueError, match="a run run-1 is going on already"):
                runner.run(sample_run("def f(): pass"), Observer())
            super().on_output(text)

    observer = Again()
    runner.run(sample_run("def f(): print(1)"), observer)

    assert observer.output == "1\n"
