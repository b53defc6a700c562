"""Raw messages: everything that kombu writes is taken, everything else refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu import Connection

from fleeting.adapters.celery.envelope import open_envelope
from fleeting.domain.errors import MalformedMessage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def valid() -> dict[str, Any]:
    return {
        "body": "W10=",
        "headers": {},
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "properties": {
            "delivery_tag": "tag",
            "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": "queue"},
        },
    }


def changed(path: str, value: object) -> dict[str, Any]:
    message = valid()
    *parents, name = path.split(".")
    part = message
    for parent in parents:
        part = part[parent]
    part[name] = value
    return message


def test_a_message_of_kombus_own_is_taken():
    with Connection("memory://") as connection:
        channel = connection.channel()
        raw = channel.prepare_message("body", content_type="text/plain", content_encoding="utf-8")
        channel._inplace_augment_message(raw, "", "queue")

    assert open_envelope(json.dumps(raw)) == raw


@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF-8", "base64", "BASE64"])
def test_every_body_encoding_of_kombu_is_taken(encoding):
    assert open_envelope(json.dumps(changed("properties.body_encoding", encoding)))


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("properties", None, "properties"),
        ("properties.delivery_tag", "", "delivery_tag"),
        ("properties.delivery_tag", 5, "delivery_tag"),
        ("properties.delivery_info", [], "delivery_info"),
        ("properties.delivery_info.exchange", None, "exchange"),
        ("properties.delivery_info.routing_key", 5, "routing_key"),
        ("properties.body_encoding", "rot13", "body_encoding"),
        ("properties.body_encoding", ["base64"], "body_encoding"),
        ("body", None, "body"),
        ("body", "abc", "base64"),
        ("headers", "text", "headers"),
        ("content-type", 5, "content-type"),
        ("content-encoding", {}, "content-encoding"),
    ],
)
def test_what_kombu_relies_on_is_demanded(path, value, reason):
    with pytest.raises(MalformedMessage, match=reason):
        open_envelope(json.dumps(changed(path, value)))


@given(JSON)
def test_no_json_makes_it_fail_otherwise(payload):
    with suppress(MalformedMessage):
        open_envelope(json.dumps(payload))


@given(st.binary())
def test_no_bytes_make_it_fail_otherwise(raw):
    with pytest.raises(MalformedMessage):
        open_envelope(raw)


def test_deep_nesting_is_refused():
    with pytest.raises(MalformedMessage):
        open_envelope("[" * 100_000)
