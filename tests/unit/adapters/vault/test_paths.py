"""No path of a secret leads a call elsewhere than it says."""

from __future__ import annotations

import requests
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import SecretNotFound
from fleeting.domain.secret_path import names_in

TEXTS = st.text(st.sampled_from("ab9._-@+=/%?#;:&\\ \n\x00ü~"), max_size=12) | st.text(max_size=12)


@given(TEXTS)
def test_a_path_is_sent_as_it_is_or_not_at_all(text):
    try:
        names_in(text)
    except SecretNotFound:
        return
    place = f"/v1/kv/data/{text}"

    assert requests.Request("GET", f"http://vault:8200{place}").prepare().path_url == place


def test_what_is_no_path_would_be_sent_elsewhere():
    """Which is why it is refused before."""
    url = requests.Request("GET", "http://vault/v1/kv/data/../../sys/mounts").prepare().path_url

    assert url == "/v1/sys/mounts"
