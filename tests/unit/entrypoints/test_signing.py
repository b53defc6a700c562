"""Which processes sign, whom they trust, and which of them do not start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.signatures.ed25519 import Ed25519Signer, new_key
from fleeting.domain.distrust import Distrust, distrusted
from fleeting.domain.errors import InvalidSetting, TaskNotTrusted
from fleeting.domain.message import encode
from fleeting.domain.seal import call_texts, seal
from fleeting.entrypoints import signing
from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.doctor import examine_signing
from fleeting.entrypoints.key_file import create, in_folder
from fleeting.entrypoints.local import Fleeting
from fleeting.entrypoints.settings import Settings, load
from fleeting.ports.task_signer import TaskSigner
from fleeting.testing.task_queue import sample_task

REDIS = "redis://127.0.0.1:1"
TASK = sample_task(1)
PEM = new_key()
LINE = Ed25519Signer.from_pem(PEM, name="PEM").trusted[0].line


def settings(**options: Any) -> Settings:
    return load(**({"store": REDIS} | options))


def message(signer: TaskSigner) -> dict[str, object]:
    calls = call_texts([TASK])
    return dict(seal([TASK], calls, sign=signer.sign, queue="fleeting", inline_bytes=0))


def is_taken(found: Settings, data: dict[str, object]) -> bool:
    try:
        signing.make_opener(found, ManualClock(TASK.submitted_at))(data)
    except TaskNotTrusted:
        return False
    return True


def test_own_key_that_is_listed_too_is_shown_once() -> None:
    found = settings(signing_key=PEM, trusted_keys=f"{LINE} principals=batch")

    [line] = signing.trusted_lines(found)

    assert line.startswith(f"{LINE} principals=batch")


def test_doctor_leaves_a_wrapped_secret_id_to_the_worker() -> None:
    """It would have to log in to see the keys."""
    found = examine_signing(
        settings(
            secrets="vault+http://127.0.0.1:1",
            secrets_role_id="r",
            secrets_secret_id="delivered",
            secrets_secret_id_wrapped=True,
            signing_transit="transit/fleeting",
        )
    )

    assert (found.severity, found.message[:14]) == ("ok", "not looked at:")


def test_wrong_line_is_named_with_its_file(tmp_path: Path) -> None:
    listed = tmp_path / "keys"
    listed.write_text("nonsense")

    with pytest.raises(InvalidSetting, match=r"keys, line 1: not of the form"):
        signing.trusted_lines(settings(trusted_keys=LINE, trusted_keys_file=str(listed)))


@pytest.mark.parametrize(
    "start",
    [
        lambda found: make_app(Container(settings=found), found),
        lambda found: signing.make_opener(found, ManualClock(TASK.submitted_at)).check(),
        lambda found: Fleeting.from_settings(store=found.store),
    ],
    ids=["api", "worker", "client"],
)
def test_no_process_starts_without_a_key(start: Callable[[Settings], object]) -> None:
    """The message says how to make one, and how to do without."""
    with pytest.raises(InvalidSetting, match="fleeting key create") as caught:
        start(settings())

    assert "FLEETING_ACCEPT_UNSIGNED=true" in caught.value.message


def test_metric_retriever_needs_none() -> None:
    found = settings(api_roles="retrieve")

    assert make_app(Container(settings=found), found)


def test_what_has_no_key_takes_nothing() -> None:
    """So who looks at workers with Celery's tools needs none."""
    assert not is_taken(settings(), message(Ed25519Signer.of_this_process()))


def test_unsigned_tasks_are_taken_where_that_is_said() -> None:
    found = settings(accept_unsigned=True)

    signing.check_signer(found)
    assert signing.make_signer(found) is None
    assert is_taken(found, dict(encode(TASK, inline_bytes=0)))


@pytest.mark.parametrize("bound", [{"signing_key": PEM}, {"trusted_keys": LINE}])
def test_worker_trusts_its_list_and_the_key_that_it_has(bound: dict[str, str]) -> None:
    found = settings(**bound)

    assert is_taken(found, message(Ed25519Signer.from_pem(PEM, name="PEM")))
    assert not is_taken(found, message(Ed25519Signer.of_this_process()))
    assert not is_taken(found, dict(encode(TASK, inline_bytes=0)))


@pytest.mark.parametrize(
    ("queues", "is_run"), [("", True), ("gpu, fleeting", True), ("gpu", False)]
)
def test_worker_runs_what_was_signed_for_its_queues(queues: str, is_run: bool) -> None:
    found = settings(signing_key=PEM, worker_queues=queues)

    assert is_taken(found, message(Ed25519Signer.from_pem(PEM, name="PEM"))) == is_run


def test_keys_may_stand_in_files(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    listed = tmp_path / "trusted"
    listed.write_text(f"# the one of today\n{create(own)}\n")

    signer = signing.make_signer(settings(signing_key_file=str(own)))

    assert signer is not None
    assert is_taken(settings(trusted_keys_file=str(listed)), message(signer))


@pytest.mark.parametrize(
    "wrong",
    [
        {"signing_key": "no key"},
        {"signing_key_file": "/nowhere/key.pem"},
        {"signing_key": PEM, "signing_key_file": "/nowhere/key.pem"},
        {"signing_transit": "transit/fleeting"},
        {"signing_transit": "transit/fleeting", "secrets": "env://"},
        {"trusted_keys": "no key"},
        {"trusted_keys_file": "/nowhere/keys"},
    ],
)
def test_what_is_no_key_is_said_at_start(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting):
        signing.make_opener(settings(**wrong), ManualClock(TASK.submitted_at))


def test_file_that_is_no_text_is_none(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidSetting, match="it is no text"):
        signing.make_signer(settings(signing_key_file=str(file)))


def test_queue_in_memory_has_a_key_of_its_own() -> None:
    found = settings(store="memory://")
    signer = signing.make_signer(found)

    assert signer is not None
    assert is_taken(found, message(signer))
    assert not is_taken(found, message(Ed25519Signer.of_this_process()))


def test_folder_keeps_its_key(tmp_path: Path) -> None:
    """What was queued before a restart is still signed by it."""
    file = in_folder(tmp_path)
    key = file.read_text()

    assert in_folder(tmp_path) == file
    assert file.read_text() == key


def test_private_key_is_shown_by_nothing() -> None:
    assert "PRIVATE" not in repr(settings(signing_key=PEM))


def test_worker_shows_what_it_has_refused() -> None:
    container = Container(settings=load(store="memory://", isolation="none"))
    facts = container.own_facts()

    before = facts()
    container.refuse()(distrusted(Distrust.UNSIGNED, "it is not signed"))

    assert (before.refused, facts().refused) == ({}, {"unsigned": 1})


@pytest.mark.parametrize(
    ("options", "severity", "words"),
    [
        ({}, "warning", "neither API nor worker starts"),
        ({"accept_unsigned": True}, "warning", "can run code"),
        ({"trusted_keys": LINE}, "ok", "1 key"),
        ({"trusted_keys": "no key"}, "error", "line 1"),
    ],
)
def test_doctor_tells_whose_signatures_count(
    options: dict[str, Any], severity: str, words: str
) -> None:
    found = examine_signing(settings(**options))

    assert found.severity == severity
    assert words in found.message


_WITHOUT = """
import sys
sys.modules[{package!r}] = None
from fleeting.entrypoints import signing
from fleeting.entrypoints.settings import load
signing.check_signer(load(store="memory://"))
signing.make_signer(load(store="redis://127.0.0.1:1", signing_key="a key"))
"""


@pytest.mark.parametrize("package", ["cryptography", "nacl"])
def test_without_a_package_for_signatures_memory_needs_none_and_servers_name_them(
    package: str,
) -> None:
    """The extra for Vault alone brings one of the two."""
    code = _WITHOUT.format(package=package)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "line 7, in <module>" in done.stderr
    assert "MissingExtra: signatures need packages that are not installed" in done.stderr
