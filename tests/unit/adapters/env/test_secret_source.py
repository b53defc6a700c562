"""Secrets in the environment keep the contract, and nothing but them is given away."""

from __future__ import annotations

import asyncio

import pytest

from fleeting.adapters.env.adapter import secret_source
from fleeting.adapters.env.secret_source import EnvSecretSource
from fleeting.domain.errors import InvalidSetting, SecretNotFound
from fleeting.ports.bundles import SecretOptions
from fleeting.testing import SecretSourceContract, deviates

PREFIX = "SECRET_"


def variables_of(path, fields):
    return {f"{PREFIX}{path}/{name}".replace("/", "__").upper(): fields[name] for name in fields}


@pytest.fixture
def environment():
    return {"PATH": "/bin", "SECRETS": "x", "FLEETING_STORE": "memory://"}


@pytest.fixture
def source(environment):
    return EnvSecretSource(environment, PREFIX)


class TestEnvSecretSource(SecretSourceContract):
    @pytest.fixture
    def source(self, source):
        return source

    @pytest.fixture
    def remove(self, environment):
        def remove(path):
            for name in variables_of(path, dict.fromkeys(["value"], "")):
                del environment[name]

        return remove

    @pytest.fixture
    def put(self, environment):
        return lambda path, fields: environment.update(variables_of(path, fields))

    @pytest.fixture
    def pass_time(self):
        return lambda _: None

    @pytest.fixture
    def broken(self):
        return None

    @deviates("the environment is never away")
    def test_an_unreachable_source_says_so(self) -> None:
        pass


def test_the_variable_is_told_where_it_is_missing(source):
    with pytest.raises(SecretNotFound, match="SECRET_KV__TEAM_A__DATABASE__PASSWORD"):
        source.read("kv/team_a/database")


@pytest.mark.parametrize("path", ["kv/a-b", "kv/A", "kv/a__b", "kv/_a", "kv/a_", "kv/a.b"])
def test_paths_that_a_variable_could_not_tell_apart_name_nothing(source, environment, path):
    environment["SECRET_KV__A_B__VALUE"] = environment["SECRET_KV__A__VALUE"] = "canary"

    with pytest.raises(SecretNotFound, match="rename"):
        source.read(path)


@pytest.mark.parametrize("variable", ["SECRET_KV__A__B__C", "SECRET_KV__A__b", "SECRET_KV__A___B"])
def test_variables_of_others_are_no_fields(source, environment, variable):
    environment |= {"SECRET_KV__A__VALUE": "1", variable: "canary"}

    assert source.read("kv/a") == {"value": "1"}


def test_variables_without_the_prefix_are_out_of_reach(environment):
    source = EnvSecretSource(environment | {"OTHER_KV__A__VALUE": "canary"}, PREFIX)

    with pytest.raises(SecretNotFound):
        source.read("kv/a")


@pytest.mark.parametrize(
    "url",
    [
        "env://",
        "env://SECRET",
        "env://secret_",
        "env://_",
        "env://FLEETING_",
        "env://FLEETING_SECRETS_",
        "env://SECRET_/kv",
        "env://SECRET_?x=1",
        "env://A B_",
    ],
)
def test_a_url_without_a_prefix_of_its_own_is_refused(url):
    with pytest.raises(InvalidSetting, match="env://SECRET_"):
        secret_source(url, SecretOptions())


def test_the_factory_reads_the_environment_of_the_process(monkeypatch):
    monkeypatch.setenv("TEAM_SECRET_KV__A__VALUE", "1")
    adapter = secret_source("env://TEAM_SECRET_", SecretOptions())

    assert adapter.source.read("kv/a") == {"value": "1"}
    assert adapter.leases is None
    asyncio.run(adapter.health.ping())
