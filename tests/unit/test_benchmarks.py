"""The pure part of the benchmarks: statistics over rounds, ratios by name, the page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import protection_ratios
from benchmarks.cells import figure
from benchmarks.findings import read
from benchmarks.load import Call
from benchmarks.program import main
from benchmarks.protections import AUDIT, BARE, EVERYTHING, Protection, protections
from benchmarks.ratio import Ratio, less, more
from benchmarks.ratios import RATIOS
from benchmarks.report import page
from benchmarks.rows import Measured, Place, collect
from benchmarks.spread import Spread, percentile
from benchmarks.subjects.issuer import Issuer
from fleeting.entrypoints.settings import load

DOCS = Path(__file__).parents[2] / "docs"

times = st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1, max_size=300)


def numbered(*values: float) -> dict[int, float]:
    return dict(enumerate(values, start=1))


@given(times)
def test_median_lies_between_the_ends(values: list[float]) -> None:
    found = Spread.of(numbered(*values))

    assert found.min <= found.median <= found.max
    assert list(found.rounds.values()) == values


@given(times)
def test_percentiles_lie_among_the_values_in_order(values: list[float]) -> None:
    """But for the last bits: they are weighted means of two values."""
    found = [min(values), percentile(values, 50), percentile(values, 99), max(values)]

    assert found == pytest.approx(sorted(found), rel=1e-9)


def test_p99_of_a_hundred_and_one_is_the_last_but_one() -> None:
    assert percentile([float(n) for n in range(101)], 99) == 99


@pytest.mark.parametrize(
    ("values", "shown"),
    [([1234.5], "1,234"), ([0.12345], "0.123"), ([1, 3, 2], "2 (1\N{EN DASH}3)")],
)
def test_figures_have_three_digits_and_their_range(values: list[float], shown: str) -> None:
    assert figure(Spread.of(numbered(*values))) == shown


def test_ratio_names_are_unique() -> None:
    names = [one.name for one in RATIOS]

    assert len(set(names)) == len(names)


def test_published_page_says_what_the_published_json_says() -> None:
    assert (DOCS / "benchmarks.md").read_text("utf-8") == page(read(DOCS / "benchmarks.json"))


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--only", "nothing"]])
def test_nonsense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert capsys.readouterr().err


def test_every_bar_of_the_platform_has_its_ratio() -> None:
    bars = {ratio.name: ratio.bar for ratio in RATIOS if not ratio.name.startswith("sandbox")}

    assert {name: bar for name, bar in bars.items() if bar is not None} == {
        "drain_reuse_vs_celery": 6,
        "drain_reuse_vs_fastest_acking_peer": 1.2,
        "drain_batch_vs_celery": 20,
        "drain_fresh_vs_rq_fork": 6,
        "cpu_fresh_vs_sandbox": 1.5,
        "latency_idle_vs_celery": 0.5,
        "latency_load_p99_vs_celery": 0.5,
        "submit_single_vs_apply_async": 2,
        "submit_batch_vs_apply_async": 40,
        "values_http_vs_response_model": 3,
        "values_http_p99_vs_response_model": 0.5,
        "values_http_cpu_vs_fetch": 2.5,
        "values_commands_1m_vs_1k": 1,
    }


@pytest.fixture(scope="module")
def setups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Protection]:
    with Issuer() as issuer:
        found = protections(tmp_path_factory.mktemp("protections"), issuer)
    return {one.name: one for one in found}


def test_every_protection_has_a_ratio_for_its_cost_in_each_case(
    setups: dict[str, Protection],
) -> None:
    costs = [one for one in protection_ratios.RATIOS if one.figure == "cpu_us_per_call"]
    compared = [(one.top.case, one.top.subject) for one in costs]

    cases = {case for case, _ in compared}
    assert sorted(compared) == sorted(
        (case, name) for case in cases for name in setups if name != BARE
    )


def test_the_page_about_costs_names_ratios_that_there_are() -> None:
    said = (DOCS / "explanation" / "security.md").read_text("utf-8")
    known = {one.name for one in RATIOS}
    cases = ("", "submit_single_", "submit_batch_", "values_")

    named = set(re.findall(r"`(\w+_vs_\w+)`", said))
    assert named
    assert {name for name in named if not any(case + name in known for case in cases)} == set()


def test_the_audit_log_is_compared_with_what_differs_in_it_alone(
    setups: dict[str, Protection],
) -> None:
    beside = {
        bottom.subject
        for one in protection_ratios.RATIOS
        for bottom in one.bottoms
        if one.top.subject == AUDIT
    }

    with_log = dict(setups[AUDIT].settings)
    assert [{**setups[name].settings, "audit": with_log["audit"]} for name in beside] == [with_log]


def test_everything_is_all_that_the_others_have_but_for_the_kind_of_token(
    setups: dict[str, Protection],
) -> None:
    bare, everything = setups[BARE].settings, setups[EVERYTHING].settings
    others = {
        name
        for setup in setups.values()
        for name, value in setup.settings.items()
        if bare.get(name) != value
    }

    assert others <= {
        *(name for name, value in everything.items() if bare.get(name) != value),
        "auth_tokens_file",
    }


def test_protections_are_settings_that_can_be(setups: dict[str, Protection]) -> None:
    for setup in setups.values():
        with pytest.MonkeyPatch.context() as patch:
            for name, value in setup.settings.items():
                patch.setenv(f"FLEETING_{name.upper()}", value)
            load()


def test_a_token_is_sent_where_there_is_one() -> None:
    call = Call("GET", "/functions")

    assert b"authorization" not in call.encoded().lower()
    assert b"\r\nAuthorization: Bearer abc\r\n" in replace(call, token="abc").encoded()


OURS, ONE, TWO = (Place("drain", name) for name in ("ours", "one", "two"))


def rounds(**rates: tuple[float, ...]) -> dict[Place, dict[str, object]]:
    measured = [
        (number, Measured(Place("drain", name), {"rate": rate}))
        for name, each in rates.items()
        for number, rate in enumerate(each, start=1)
    ]
    return {row.place: row.figures for row in collect(measured)}


def ratio(make: object = more, *, bar: float | None = None) -> Ratio:
    return make("name", "rate", (OURS, ONE, TWO), "", bar=bar)


def test_a_ratio_is_taken_over_the_fastest_of_each_round() -> None:
    found = ratio().found(rounds(ours=(60, 60, 60), one=(10, 30, 20), two=(20, 10, 20)))

    assert (found.value, found.min, found.max) == (3, 2, 3)


def test_rounds_in_which_one_side_is_missing_do_not_count() -> None:
    found = ratio().found(rounds(ours=(60, 80), one=(30,)))

    assert (found.min, found.max) == (2, 2)


def test_a_ratio_without_anything_beside_it_is_left_out() -> None:
    assert ratio().found(rounds(ours=(60,))) is None


@pytest.mark.parametrize(
    ("make", "bar", "met"),
    [(more, 3, True), (more, 3.1, False), (less, 3, True), (less, 2.9, False)],
)
def test_a_bar_is_met_on_its_own_side(make: object, bar: float, met: bool) -> None:
    assert ratio(make, bar=bar).found(rounds(ours=(60,), one=(20,))).met is met
