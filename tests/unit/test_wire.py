"""The page on the queued message says what the code reads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.celery.envelope import open_envelope
from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.signatures.ed25519 import Ed25519Signer, Ed25519Verifier
from fleeting.domain.distrust import Distrust
from fleeting.domain.limits import Limits
from fleeting.domain.message import Message, MessageOptions
from fleeting.domain.result_key import ResultKey
from fleeting.domain.source import digest
from fleeting.domain.statement import Statement, signed_bytes
from fleeting.domain.unseal import FIELDS, IN_A_CALL
from fleeting.usecases.open_message import OpenMessage

from ..pages import ROOT, blocks

PAGE = ROOT / "docs" / "reference" / "wire.md"


def first_column(head: str) -> list[str]:
    """The names in the first column of the table whose first heading is `head`."""
    table = PAGE.read_text().partition(f"| {head} |")[2].partition("\n\n")[0]
    rows = re.findall(r"(?m)^\| ([^|]+) \|", table)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("argument", Message.model_fields),
        ("option", MessageOptions.model_fields),
        ("in a signed message", FIELDS),
        ("in the text `call`", IN_A_CALL),
        ("in the text `statement`", Statement.model_fields),
        ("reason", Distrust),
    ],
)
def test_table_is_complete(head: str, names: Any) -> None:
    assert sorted(first_column(head)) == sorted(names)


def the_json_with(words: str) -> Any:
    [block] = [block for block in blocks(PAGE, "json") if words in block.text]
    return json.loads(block.text)


def the_shell_block() -> str:
    [block] = [block for block in blocks(PAGE, "sh") if "openssl" in block.text]
    return block.text


def the_key() -> Ed25519Signer:
    pem = re.search(r"-----BEGIN.*?END PRIVATE KEY-----", the_shell_block(), re.DOTALL)
    assert pem is not None
    return Ed25519Signer.from_pem(pem[0], name="page")


def assert_is_the_task(kwargs: Mapping[str, object]) -> None:
    submitted = ResultKey.parse(str(kwargs["key"])).submitted_at
    read = OpenMessage(
        Limits(),
        clock=ManualClock(submitted),
        verifier=Ed25519Verifier(the_key().trusted),
        queues={"fleeting"},
    )

    task = read(kwargs)

    assert (task.function, list(task.args), task.ttl) == ("add", [1, 2], timedelta(minutes=10))
    assert task.source_digest == digest(task.source or "")
    assert task.signer == kwargs["signer"]


def test_signed_message_is_one() -> None:
    message = the_json_with('"signature"')

    assert_is_the_task(message)
    assert message["signer"] == the_key().key_id
    assert the_key().sign(signed_bytes(message["statement"]))[1] == b64decode(message["signature"])


def test_envelope_holds_the_signed_message() -> None:
    [block] = [block for block in blocks(PAGE, "json") if '"body"' in block.text]

    positional, keywords, _ = json.loads(str(open_envelope(block.text)["body"]))

    assert positional == []
    assert keywords == the_json_with('"signature"')
    assert_is_the_task(keywords)


def test_openssl_says_the_same(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")

    done = subprocess.run(
        ["sh", "-ec", the_shell_block()], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    message = the_json_with('"signature"')
    [call] = json.loads(message["statement"])["calls"]
    assert done.stdout == f"{message['signer']}{call}  -\n{message['signature']}"
    assert (tmp_path / "signed").read_bytes() == signed_bytes(message["statement"])
