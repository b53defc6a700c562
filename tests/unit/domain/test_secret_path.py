from __future__ import annotations

import pytest

from fleeting.domain.errors import SecretNotFound
from fleeting.domain.secret_path import MAX_LENGTH, names_in


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("database", ("database",)),
        ("kv/team/database", ("kv", "team", "database")),
        ("kv/tls.example.com/a-b_c@d+e=f", ("kv", "tls.example.com", "a-b_c@d+e=f")),
    ],
)
def test_a_path_is_names_with_slashes_between_them(path, names):
    assert names_in(path) == names


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/kv",
        "kv/",
        "kv//x",
        "..",
        "kv/../../sys",
        "kv/./x",
        "kv/.hidden",
        "kv/..data",
        "kv/a b",
        "kv/x?list=true",
        "kv/x#field",
        "kv/%2e%2e",
        "kv\\x",
        "kv/x\n",
        "kv/x\x00",
        "kv/ü",
        "a" * (MAX_LENGTH + 1),
    ],
)
def test_what_could_lead_elsewhere_is_no_path(path):
    with pytest.raises(SecretNotFound):
        names_in(path)


def test_the_message_does_not_repeat_what_was_given():
    with pytest.raises(SecretNotFound) as refusal:
        names_in("kv/my secret")

    assert "my secret" not in refusal.value.message
