from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field

from fleeting.domain.errors import InvalidSetting
from fleeting.domain.url_options import check_database, read_address, read_options


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    timeout: float = Field(default=5, gt=0)
    password: int | None = None


def test_options_are_read_as_their_types() -> None:
    assert read_options(Options, "timeout=2.5", where="the URL") == Options(timeout=2.5)
    assert read_options(Options, "", where="the URL") == Options()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("timeout=0", "timeout in the URL: input should be greater than 0"),
        ("timout=1", r"no option \(did you mean timeout\?\): there are timeout, password"),
        ("zzz=1", "zzz in the URL is no option: there are timeout, password"),
        ("timeout=", "timeout in the URL: input should be a valid number"),
    ],
)
def test_what_is_wrong_is_named(query: str, said: str) -> None:
    with pytest.raises(InvalidSetting, match=said):
        read_options(Options, query, where="the URL")


@pytest.mark.parametrize("query", ["password=S3CRET", "timeout=S3CRET"])
def test_what_was_given_is_not_shown(query: str) -> None:
    with pytest.raises(InvalidSetting) as error:
        read_options(Options, query, where="the URL")

    assert "S3CRET" not in str(error.value)


@pytest.mark.parametrize("path", ["", "/", "/0"])
def test_database_0_is_the_only_one(path: str) -> None:
    check_database(path, 0, where="the URL")


@pytest.mark.parametrize(("path", "option"), [("/1", 0), ("", 2), ("/name", 0)])
def test_another_database_is_refused(path: str, option: int) -> None:
    with pytest.raises(InvalidSetting, match="FLEETING_PREFIX"):
        check_database(path, option, where="the URL")


@pytest.mark.parametrize(
    ("text", "address"),
    [("host", ("host", None)), ("host:1", ("host", 1)), ("[::1]:2", ("::1", 2))],
)
def test_an_address_is_a_host_with_or_without_its_port(
    text: str, address: tuple[str, int | None]
) -> None:
    assert read_address(text, where="the URL") == address


@pytest.mark.parametrize("text", ["", ":1", "host:port", "host:99999", "[::1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="in the URL is no address: write host:port"):
        read_address(text, where="the URL")
