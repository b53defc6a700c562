from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleeting.domain.errors import InvalidSetting, UnknownSetting
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import Limits
from fleeting.entrypoints.settings import (
    Settings,
    limit_variable,
    load,
    origins,
    refuse_unknown,
    variables,
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("FLEETING_") or name == "PORT":
            monkeypatch.delenv(name)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "fleeting.toml"
    monkeypatch.setenv("FLEETING_CONFIG", str(path))
    return path


def test_nothing_needs_to_be_set() -> None:
    settings = load()

    assert settings.store == settings.queue_url == settings.source_store_url == "memory://"
    assert settings.limits == Limits()
    assert settings.roles == {"submit", "retrieve"}
    assert settings.lease == timedelta(seconds=8)
    assert settings.isolation_in_force is Isolation.CONFINED
    assert settings.queues == ("fleeting",)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().store = "redis://elsewhere"  # type: ignore[misc]


def test_one_server_is_enough() -> None:
    settings = load(store="redis://one")

    assert settings.queue_url == settings.source_store_url == "redis://one"


def test_each_backend_may_have_its_own_server() -> None:
    settings = load(store="redis://one", queue="redis://two", source_store="redis://three")

    assert settings.queue_url == "redis://two"
    assert settings.source_store_url == "redis://three"


def test_environment_counts_more_than_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("store = 'redis://file'\nprefix = 'file'\nlog_level = 'error'\n")
    monkeypatch.setenv("FLEETING_PREFIX", "environment")
    monkeypatch.setenv("FLEETING_LOG_LEVEL", "warning")

    settings = load(log_level="debug")

    assert (settings.store, settings.prefix, settings.log_level) == (
        "redis://file",
        "environment",
        "debug",
    )


def test_argument_that_was_not_given_leaves_the_rest_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLEETING_PREFIX", "environment")

    assert load(prefix=None).prefix == "environment"


def test_limits_are_set_one_by_one(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("[limits]\nmax_timeout_seconds = 120\nmax_batch = 5\n")
    monkeypatch.setenv("FLEETING_LIMITS__MAX_BATCH", "7")
    monkeypatch.setenv("FLEETING_LIMITS__DEFAULT_TTL_SECONDS", "60")

    limits = load().limits

    assert limits.max_timeout == timedelta(minutes=2)
    assert limits.max_batch == 7
    assert limits.default_ttl == timedelta(minutes=1)
    assert limits.max_ttl == Limits().max_ttl


def test_durations_say_in_their_names_that_they_are_seconds() -> None:
    assert limit_variable("max_ttl") == "FLEETING_LIMITS__MAX_TTL_SECONDS"
    assert limit_variable("max_batch") == "FLEETING_LIMITS__MAX_BATCH"


def test_every_variable_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its default as text: so its name is read, and its value understood."""
    defaults = {f"FLEETING_{n.upper()}": getattr(load(), n) for n in Settings.model_fields}
    defaults |= {limit_variable(n): getattr(Limits(), n) for n in Limits.model_fields}
    for name in variables():
        value = defaults[name]
        text = value.total_seconds() if isinstance(value, timedelta) else value
        monkeypatch.setenv(name, str(text))

    assert load() == Settings()
    assert set(origins()) == variables()


@pytest.mark.parametrize("name", ["FLEETING_URL", "FLEETING_TOKEN", "FLEETING_NAMESPACE"])
def test_variables_of_the_client_are_let_be(name: str) -> None:
    refuse_unknown({name: "x", "PATH": "/bin"})


def test_misspelt_variable_is_answered_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_STOER", "redis://host")

    with pytest.raises(UnknownSetting, match=r"^FLEETING_STOER is no .* mean FLEETING_STORE\?$"):
        load()


def test_limit_without_its_unit_is_answered_with_its_name() -> None:
    with pytest.raises(UnknownSetting, match=r"mean FLEETING_LIMITS__MAX_TTL_SECONDS\?"):
        refuse_unknown({"FLEETING_LIMITS__MAX_TTL": "5"})


def test_variable_that_resembles_none_is_answered_with_where_they_are_listed() -> None:
    with pytest.raises(UnknownSetting, match="`fleeting check` lists them all"):
        refuse_unknown({"FLEETING_QQQQQQQQQQQQQQQQ": "x"})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FLEETING_API_PORT", "http", "FLEETING_API_PORT=http: it takes a whole number"),
        ("FLEETING_API_PORT", "65536", "FLEETING_API_PORT=65536: it takes at most 65535"),
        ("FLEETING_LEASE_SECONDS", "0.5", "FLEETING_LEASE_SECONDS=0.5: it takes at least 1"),
        ("FLEETING_LEASE_SECONDS", "inf", "FLEETING_LEASE_SECONDS=inf: it takes at most 3600"),
        ("FLEETING_LEASE_SECONDS", "nan", "FLEETING_LEASE_SECONDS=nan: it takes at most 3600"),
        ("FLEETING_LEASE_SECONDS", "a day", "FLEETING_LEASE_SECONDS=a day: it takes a number"),
        ("FLEETING_SANDBOX_REUSE", "maybe", "FLEETING_SANDBOX_REUSE=maybe: it takes true or false"),
        (
            "FLEETING_ISOLATION",
            "total",
            "FLEETING_ISOLATION=total: it takes 'none', 'process', 'confined' or 'isolated'",
        ),
        ("FLEETING_MAX_BODY_BYTES", "0", "FLEETING_MAX_BODY_BYTES=0: it takes more than 0"),
        ("FLEETING_RATE_READ", "ten", "FLEETING_RATE_READ=ten: 'ten' is no rate: write an amount"),
        (
            "FLEETING_LIMITS__MIN_ISOLATION",
            "strong",
            "FLEETING_LIMITS__MIN_ISOLATION=strong: it takes 'none', 'process'",
        ),
        (
            "FLEETING_LIMITS__MAX_TTL_SECONDS",
            "1d",
            "FLEETING_LIMITS__MAX_TTL_SECONDS=1d: must be a number of seconds",
        ),
        (
            "FLEETING_LIMITS__MAX_TTL_SECONDS",
            "99999999",
            "FLEETING_LIMITS__MAX_TTL_SECONDS=99999999: it takes at most 366 days",
        ),
        (
            "FLEETING_LIMITS__MAX_TTL_SECONDS",
            "60",
            "_DEFAULT_TTL_SECONDS is 0:05:00 and beyond FLEETING_LIMITS__MAX_TTL_SECONDS, which",
        ),
        (
            "FLEETING_LIMITS__DEFAULT_CPU_SECONDS",
            "-1",
            "FLEETING_LIMITS__DEFAULT_CPU_SECONDS=-1: it takes at least 0 seconds",
        ),
        ("PORT", "http", "FLEETING_API_PORT=http from environment (PORT): it takes a whole number"),
        (
            "FLEETING_SANDBOX_LIBRARY_SETS",
            '{"data": ["a b"]}',
            "FLEETING_SANDBOX_LIBRARY_SETS, in data.0: string should match pattern",
        ),
        (
            "FLEETING_SANDBOX_LIBRARY_SETS",
            "{numpy",
            "FLEETING_SANDBOX_LIBRARY_SETS: it takes a JSON object, and this is none",
        ),
        ("FLEETING_API_ROLES", "submit,admin", "takes submit, retrieve or both"),
        ("FLEETING_API_ROLES", " , ", "takes submit, retrieve or both"),
        ("FLEETING_STORE", "redis+cluster://host", "set FLEETING_QUEUE to a standalone"),
        ("FLEETING_QUEUE", "rediss+cluster://host", "set FLEETING_QUEUE to a standalone"),
    ],
)
def test_setting_that_cannot_be_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSetting) as refusal:
        load()

    assert words in refusal.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLEETING_API_PORT", "redis://:hunter2@host"),
        ("FLEETING_API_PORT", f"hunter2{'0' * 24}"),
        ("FLEETING_AUTH_OPTIONS", "{hunter2"),
        ("FLEETING_AUTH_OPTIONS", '["hunter2"]'),
        ("FLEETING_AUTH_OPTIONS", "hunter2"),
    ],
)
def test_refusal_does_not_show_what_may_be_a_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Such as a URL with a password that was put into the wrong variable."""
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSetting, match=f"^{name}: it takes") as refusal:
        load()

    assert "hunter2" not in str(refusal.value)


def test_refusal_says_of_an_argument_that_it_is_one() -> None:
    with pytest.raises(
        InvalidSetting, match=r"^FLEETING_API_PORT=-1 from an argument: it takes at"
    ):
        load(api_port=-1)


def test_argument_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"^FLEETING_API_PROT=1 from an argument: no such opt"):
        load(api_prot=1)


def test_every_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_API_PORT", "http")
    monkeypatch.setenv("FLEETING_LOG_LEVEL", "loud")

    with pytest.raises(InvalidSetting, match=r"_LOG_LEVEL=loud: .*; |; FLEETING_LOG_L") as one:
        load()

    assert "FLEETING_API_PORT=http: " in one.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\nmax_tll = 5", "FLEETING_LIMITS__MAX_TLL=5 from {}: no such option"),
        ("store = 5", "FLEETING_STORE=5 from {}: it takes a text"),
        ("limits = 5", "FLEETING_LIMITS=5 from {}: it takes a group of settings"),
        ("store = ", "fleeting.toml, which is no TOML: Invalid value"),
    ],
)
def test_file_that_cannot_be_is_refused(config: Path, text: str, words: str) -> None:
    config.write_text(text)

    with pytest.raises(InvalidSetting) as refusal:
        load()

    assert words.format(config) in refusal.value.message


def test_misspelt_name_in_a_file_is_refused_with_its_place(config: Path) -> None:
    config.write_text("storee = 'x'")

    with pytest.raises(UnknownSetting, match=r"toml sets storee, .*: did you mean store\?"):
        load()


def test_file_in_another_encoding_is_refused(config: Path) -> None:
    config.write_bytes(b"prefix = '\xff'")

    with pytest.raises(InvalidSetting, match=r"fleeting\.toml, which is no TOML"):
        load()


def test_file_that_is_not_there_is_refused(config: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"toml, which cannot be read: No such file"):
        load()


def test_folder_is_no_file(config: Path) -> None:
    config.mkdir()

    with pytest.raises(InvalidSetting, match="which cannot be read: Is a directory"):
        load()


def test_port_of_the_platform_counts_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")

    assert load().api_port == 9001
    assert load(api_port=9003).api_port == 9003
    monkeypatch.setenv("FLEETING_API_PORT", "9002")
    assert load().api_port == 9002


def test_empty_port_of_the_platform_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")

    assert load().api_port == 8000
    assert origins() == {}


def test_cluster_serves_results_beside_another_queue() -> None:
    assert load(store="redis+cluster://a", queue="redis://b").queue_url == "redis://b"


def test_retriever_needs_no_queue() -> None:
    assert load(store="redis+cluster://a", api_roles="retrieve").roles == {"retrieve"}


def test_scripts_run_inside_the_process_in_memory_mode_alone() -> None:
    assert load(isolation="none").isolation_in_force is Isolation.NONE

    with pytest.raises(InvalidSetting, match="FLEETING_ISOLATION=none runs scripts inside the w"):
        load(isolation="none", queue="redis://host")


def test_roles_are_separated_by_commas() -> None:
    assert load(api_roles=" retrieve ,submit,").roles == {"submit", "retrieve"}


def test_queues_of_a_worker_are_separated_by_commas() -> None:
    assert load(worker_queues=" fast ,, slow ").queues == ("fast", "slow")


def test_queue_of_the_installation_is_taken_from_otherwise() -> None:
    assert load(queue_name="mine").queues == ("mine",)


def test_origin_of_each_value_is_known(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("prefix = 'a'\nstore = 'memory://'\n[limits]\nmax_batch = 5\n")
    monkeypatch.setenv("FLEETING_PREFIX", "b")
    monkeypatch.setenv("PORT", "9001")

    assert origins() == {
        "FLEETING_PREFIX": "environment",
        "FLEETING_STORE": str(config),
        "FLEETING_LIMITS__MAX_BATCH": str(config),
        "FLEETING_API_PORT": "environment (PORT)",
    }


def test_preimported_modules_are_a_list() -> None:
    assert load(sandbox_preimport="json, decimal,").preimported == ("json", "decimal")


def test_library_sets_are_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLEETING_SANDBOX_LIBRARY_SETS", '{"data": ["numpy", "xml.dom"]}')
    assert load().sandbox_library_sets == {"data": ("numpy", "xml.dom")}

    monkeypatch.setenv("FLEETING_SANDBOX_LIBRARY_SETS", "")
    assert load().sandbox_library_sets == {}


@pytest.mark.parametrize(
    "sets",
    ["numpy", "[1]", '{"data": []}', '{"data": ["a b"]}', '{"a b": ["json"]}', '{"data": "json"}',
     '{"default": ["json"]}'],
)  # fmt: skip
def test_library_sets_that_are_none_are_refused(sets: str) -> None:
    with pytest.raises(InvalidSetting, match=r"(?i)sandbox_library_sets"):
        load(sandbox_library_sets=sets)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"isolation": "process", "limits": {"min_isolation": "confined"}},
            "FLEETING_ISOLATION=process is weaker .*: set it to confined or stronger",
        ),
        ({"sandbox_reuse": True, "limits": {"allow_reuse": False}}, "unset one of them"),
        (
            {"isolation": "process", "limits": {"default_threads": 2}},
            "FLEETING_LIMITS__DEFAULT_THREADS cannot be enforced: threads takes isolation con",
        ),
    ],
)
def test_settings_that_break_the_policy_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSetting, match=message):
        load(**settings)


def test_stronger_than_the_least_isolation_is_fine() -> None:
    limits = {"min_isolation": "process"}

    assert load(isolation="confined", limits=limits).limits.min_isolation == "process"


@pytest.mark.parametrize("processes", [{"worker_processes": 2}, {"worker_pool": "prefork"}])
def test_a_wrapped_secret_id_is_for_one_process(processes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match="one process alone"):
        load(secrets_secret_id_wrapped=True, **processes)


def test_proofs_of_who_asks_are_not_shown() -> None:
    settings = load(secrets_secret_id="canary")

    assert settings.secret_options.secret_id == "canary"
    assert "canary" not in f"{settings!r} {settings.secret_options!r} {settings.secrets_secret_id}"
