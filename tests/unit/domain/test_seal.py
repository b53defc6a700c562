"""What is sealed comes back as it was, and nothing else does."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.chunk import CALLS, calls_in
from fleeting.domain.errors import TaskNotTrusted
from fleeting.domain.limits import Limits
from fleeting.domain.message import decode, encode
from fleeting.domain.seal import call_texts, seal
from fleeting.domain.statement import PAYLOAD_TYPE, digest_of, signed_bytes
from fleeting.domain.task import Task
from fleeting.domain.unseal import is_sealed, read_statement, seal_of, unseal
from fleeting.testing.task_queue import PAYLOADS, sample_task

QUEUE = "jobs"
INLINE = 1024


def sign(data: bytes) -> tuple[str, bytes]:
    """A stand-in that anybody can make, and that no two byte strings share."""
    return "k", sha256(data).digest()


def sealed(*tasks: Task, inline: int = INLINE) -> dict[str, Any]:
    """As it comes out of a queue."""
    message = seal(tasks, call_texts(tasks), sign=sign, queue=QUEUE, inline_bytes=inline)
    found: dict[str, Any] = json.loads(json.dumps(message))
    return found


def opened(data: Mapping[str, object]) -> dict[str, object]:
    """What a worker takes it for."""
    guard = seal_of(data)
    if sign(signed_bytes(guard.statement)) != (guard.signer, guard.signature):
        raise TaskNotTrusted("altered")
    return unseal(data, read_statement(guard.statement))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("inline", [0, INLINE])
def test_a_sealed_task_is_the_plain_one(payload: str, inline: int) -> None:
    task = replace(sample_task(1), args=PAYLOADS[payload], principal="ann")

    found = decode(opened(sealed(task, inline=inline)), limits=Limits())

    assert found == decode(encode(task, inline_bytes=inline), limits=Limits())
    assert repr(found.args) == repr(task.args)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=6, unique=True))
def test_each_call_of_a_sealed_chunk_can_be_opened_alone(numbers: list[int]) -> None:
    tasks = [sample_task(number) for number in numbers]

    found = [decode(opened(call), limits=Limits()) for call in calls_in(sealed(*tasks))]

    assert found == [decode(encode(task, inline_bytes=INLINE), limits=Limits()) for task in tasks]


def test_a_chunk_has_one_signature_over_the_digests_of_its_calls() -> None:
    chunk = sealed(sample_task(1), sample_task(2))

    statement = json.loads(chunk["statement"])
    assert statement["calls"] == [digest_of(call["call"]) for call in chunk[CALLS]]
    assert b64decode(chunk["signature"]) == sign(signed_bytes(chunk["statement"]))[1]


def test_signature_holds_until_the_last_deadline() -> None:
    early, late = sample_task(1), sample_task(2)

    statement = read_statement(sealed(early, late)["statement"])

    assert (statement.not_after, statement.queue) == (late.deadline, QUEUE)


def test_signed_bytes_are_those_of_dsse() -> None:
    text = "é"

    assert signed_bytes(text) == f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} 2 é".encode()


def test_a_plain_message_is_not_sealed() -> None:
    assert not is_sealed(encode(sample_task(), inline_bytes=INLINE))
    assert is_sealed(sealed(sample_task()))


def _flips(text: str) -> Iterator[str]:
    """The text with one bit of each byte the other way round; only what can be text again."""
    raw = bytearray(text.encode())
    for at in range(len(raw)):
        for bit in (1, 2, 16, 32):
            raw[at] ^= bit
            with suppress(UnicodeDecodeError):
                yield raw.decode()
            raw[at] ^= bit


def _is_the_same_or_refused(data: Mapping[str, object], expected: Mapping[str, object]) -> bool:
    try:
        return opened(data) == expected
    except TaskNotTrusted:
        return True


@pytest.mark.parametrize("tasks", [1, 3])
def test_no_byte_of_a_sealed_message_can_be_changed(tasks: int) -> None:
    """Each either changes nothing that counts, as the spelling of base64, or is refused."""
    message = sealed(*(sample_task(number) for number in range(tasks)))
    first = calls_in(message)[0] if tasks > 1 else message
    expected = opened(first)
    for name, value in first.items():
        assert isinstance(value, str)
        for changed in _flips(value):
            assert _is_the_same_or_refused({**first, name: changed}, expected), (name, changed)
        for changed in _flips(name):
            other = {changed if key == name else key: value for key, value in first.items()}
            assert not is_sealed(other) or _is_the_same_or_refused(other, expected), changed


Change = Callable[[dict[str, Any]], object]
OTHER = sealed(replace(sample_task(9), args=[9]))


def _without(name: str) -> Change:
    return lambda data: data.pop(name)


@pytest.mark.parametrize(
    "change",
    [
        *map(_without, ("call", "statement", "signature", "signer", "key")),
        lambda data: data.update(statement=1),
        lambda data: data.update(statement="\ud800"),
        lambda data: data.update(signature="§"),
        lambda data: data.update(signature="A"),
        lambda data: data.update(call=7),
        lambda data: data.update(call="\ud800"),
        lambda data: data.update(call=OTHER["call"]),
        lambda data: data.update(call=OTHER["call"], key=OTHER["key"]),
        lambda data: data.update(key=OTHER["key"]),
        lambda data: data.update(source="def add(): ..."),
        lambda data: data.update(source=7),
        lambda data: data.update(source_digest="0" * 64),
        lambda data: data.update(function="sub"),
        lambda data: data.update(options={"namespace": "team-b"}),
        lambda data: data.update(args=[1]),
    ],
)
def test_parts_of_other_messages_do_not_fit(change: Change) -> None:
    message = sealed(sample_task(1))
    change(message)

    with pytest.raises(TaskNotTrusted) as caught:
        opened(message)

    assert caught.value.reason == "altered"


@pytest.mark.parametrize("call", ["[]", "{}", "no JSON", '{"key": "k", "source": "x"}'])
def test_a_signer_who_writes_something_else_is_refused(call: str) -> None:
    task = sample_task(1)
    message = seal([task], [call], sign=sign, queue=QUEUE, inline_bytes=INLINE)

    with pytest.raises(TaskNotTrusted, match="none of version 1"):
        opened(message)


@pytest.mark.parametrize("statement", ["", "[]", "{}"])
def test_a_statement_of_something_else_is_refused(statement: str) -> None:
    with pytest.raises(TaskNotTrusted, match="none of version 1"):
        read_statement(statement)


def test_a_chunk_may_give_each_call_its_own_deadline() -> None:
    early, late = sample_task(1), replace(sample_task(2), deadline=sample_task(1).deadline)
    late = replace(late, deadline=late.deadline + timedelta(minutes=1))

    found = [decode(opened(call), limits=Limits()) for call in calls_in(sealed(early, late))]

    assert [task.deadline for task in found] == [early.deadline, late.deadline]
