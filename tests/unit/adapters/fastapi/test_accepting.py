"""The answer to a submission, written by hand, is what its schema says."""

from __future__ import annotations

import pytest

from fleeting.adapters.fastapi.accepting import accepted_json
from fleeting.adapters.fastapi.schemas import AcceptedTask, Links
from fleeting.domain.result_key import Address
from fleeting.usecases.submit import Accepted

KEY = "add_1763683200000_0123456789abcdef"


@pytest.mark.parametrize("root", ["", "/mounted/at%22"])
@pytest.mark.parametrize("repeated", [False, True])
def test_answer_is_what_the_schema_would_write(root, repeated):
    links = Links(
        result=f"{root}/get-result?key={KEY}",
        task=f"{root}/tasks/{KEY}",
        cancel=f"{root}/tasks/{KEY}",
    )
    expected = AcceptedTask(key=KEY, repeated=repeated, links=links)

    written = accepted_json(root, Accepted(Address("", KEY), is_repeat=repeated))

    assert written == expected.model_dump_json()
