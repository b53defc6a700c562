"""What a caller sees, through either gateway alike."""

from __future__ import annotations

import asyncio
import threading

import pytest

from fleeting.adapters.sdk.surface import Surface
from fleeting.adapters.sdk.task_result import TaskResult
from fleeting.domain import errors as e
from fleeting.domain.result import Status

SOURCE = """\
import fleeting

def add(a, b=0):
    return a + b

def fail(text):
    print("about to fail")
    raise ValueError(text)

def report():
    fleeting.progress(1, 2, "half")
    return "done"
"""
WAIT = 30


def test_submit_returns_the_value(platform: Surface) -> None:
    assert platform.submit(SOURCE, "add", 1, 2).result(WAIT) == 3


def test_keyword_parameters_of_the_function_stand_in_kwargs(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1, kwargs={"b": 5}, labels={"team": "x"})

    assert handle.result(WAIT) == 6
    assert handle.facts().labels == {"team": "x"}


def test_a_function_object_is_sent_as_its_text(platform: Surface) -> None:
    def double(x: int) -> int:
        return 2 * x

    assert platform.submit(double, 21).result(WAIT) == 42


def test_a_tuple_travels_as_a_list(platform: Surface) -> None:
    source = "def kind(x):\n    return type(x).__name__\n"

    assert platform.submit(source, "kind", (1, 2)).result(WAIT) == "list"


def test_a_parameter_that_is_no_json_is_named(platform: Surface) -> None:
    with pytest.raises(e.ParametersNotJson, match=r"args\[0\]"):
        platform.submit(SOURCE, "add", {1, 2}, 1)


def test_an_unknown_option_is_refused_and_points_at_kwargs(platform: Surface) -> None:
    with pytest.raises(e.InvalidTask, match=r"b is no option .* go into kwargs"):
        platform.submit(SOURCE, "add", 1, b=2)  # type: ignore[call-overload]


def test_module_text_without_a_function_name_is_refused(platform: Surface) -> None:
    with pytest.raises(e.InvalidTask, match="name the function"):
        platform.submit(SOURCE)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("source", "function", "error"),
    [
        ("def add(:", "add", e.SourceSyntaxError),
        (SOURCE, "ad", e.FunctionNotFound),
        (SOURCE, "add", e.ParametersDoNotFit),
        ("x = 1", "a b", e.InvalidTask),
    ],
)
def test_a_request_that_cannot_run_raises_its_own_error(
    platform: Surface, source: str, function: str, error: type[e.RequestError]
) -> None:
    with pytest.raises(error):
        platform.submit(source, function, 1, 2, 3)


def test_a_failure_carries_the_error_and_the_scripts_traceback(platform: Surface) -> None:
    with pytest.raises(e.TaskFailed, match="ValueError: boom") as caught:
        platform.submit(SOURCE, "fail", "boom").result(WAIT)

    failed = caught.value
    assert failed.error is not None
    assert (failed.error.code, failed.error.exception) == ("script_raised", "ValueError")
    assert failed.line == 8
    assert failed.traceback is not None
    assert "raise ValueError(text)" in failed.traceback
    assert failed.traceback.rstrip() in failed.__notes__


def test_the_output_is_among_the_facts(platform: Surface) -> None:
    facts = platform.submit(SOURCE, "fail", "x").facts(WAIT)

    assert (facts.status, facts.output) == (Status.FAILED, "about to fail\n")


def test_a_result_that_takes_too_long_is_not_ready(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1, countdown_seconds=60)

    with pytest.raises(e.ResultNotReady, match=r"still queued after 0 s"):
        handle.result(0)
    assert not handle.done()


def test_cancel_ends_a_waiting_task(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1, countdown_seconds=60)

    assert handle.cancel()
    assert handle.status() is Status.CANCELLED
    with pytest.raises(e.TaskFailed, match="was cancelled"):
        handle.result(WAIT)


def test_cancelling_a_finished_task_changes_nothing(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1)
    handle.result(WAIT)

    assert not handle.cancel()
    with pytest.raises(e.AlreadyFinished):
        platform.cancel(handle.key)


def test_a_result_that_was_seen_stays_in_the_handle(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1, ttl_seconds=0.05)
    value = handle.result(WAIT)
    other = platform.handle(handle.key)
    gone = threading.Event()
    while not gone.is_set():
        try:
            other.status()
        except e.ResultGone:
            gone.set()
        other = platform.handle(handle.key)

    assert handle.result() == value


def test_progress_is_what_the_script_said(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "report")
    handle.result(WAIT)
    progress = handle.progress()

    assert progress is None or (progress.done, progress.total, progress.note) == (1, 2, "half")


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("nonsense", e.MalformedKey),
        ("add_9999999999999_0123456789abcdef", e.ResultUnknown),
        ("add_1763683200000_0123456789abcdef", e.ResultGone),
    ],
)
def test_a_key_without_a_result_raises(
    platform: Surface, key: str, error: type[e.FleetingError]
) -> None:
    for ask in (platform.result, platform.task):
        with pytest.raises(error):
            ask(key)


def test_cancelling_what_cannot_be_says_why(platform: Surface) -> None:
    with pytest.raises(e.MalformedKey):
        platform.cancel("nonsense")
    with pytest.raises(e.ResultGone):
        platform.cancel("add_1763683200000_0123456789abcdef")


def test_map_gives_the_values_in_order(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", range(25), range(25))

    assert list(handles.results(WAIT)) == [2 * n for n in range(25)]
    assert handles.progress().done == len(handles) == 25
    assert platform.values("add") == [2 * n for n in range(25)]


def test_map_takes_a_function_and_parameters_that_stay_the_same(platform: Surface) -> None:
    def power(x: int, exponent: int) -> int:
        return int(x**exponent)

    handles = platform.map(power, [1, 2, 3], kwargs={"exponent": 2})

    assert list(handles.results(WAIT)) == [1, 4, 9]


def test_map_submits_nothing_if_one_call_cannot_be(platform: Surface) -> None:
    with pytest.raises(e.ParametersNotJson):
        platform.map(SOURCE, "add", [1, 2, object()])
    with pytest.raises(ValueError, match="shorter"):
        platform.map(SOURCE, "add", [1, 2], [1])

    assert platform.results("add") == []


@pytest.mark.parametrize("wrong", [5, "text"])
def test_map_wants_an_iterable_for_each_parameter(platform: Surface, wrong: object) -> None:
    with pytest.raises(e.InvalidTask, match="takes an iterable"):
        platform.map(SOURCE, "add", [1, 2], wrong)  # type: ignore[call-overload]


def test_map_refuses_one_idempotency_key_for_many_tasks(platform: Surface) -> None:
    with pytest.raises(e.InvalidTask, match="names one task"):
        platform.map(SOURCE, "add", [1, 2], idempotency_key="x")


def test_a_batch_beyond_the_platforms_cap_is_sent_in_parts(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", range(35), batch_size=100)

    assert list(handles.results(WAIT)) == list(range(35))


def test_results_stop_at_the_first_failure_and_handles_go_on(platform: Surface) -> None:
    handles = platform.map("def f(x):\n    return 1 / x\n", "f", [1, 0, 2])

    with pytest.raises(e.TaskFailed, match="ZeroDivisionError"):
        list(handles.results(WAIT))
    assert [handle.facts(WAIT).status.value for handle in handles] == [
        "succeeded",
        "failed",
        "succeeded",
    ]


def test_results_that_take_too_long_are_not_ready(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", [1, 2], countdown_seconds=60)

    with pytest.raises(e.ResultNotReady):
        list(handles.results(0))
    assert handles.progress().done == 0
    assert handles.cancel() == 2


def test_an_empty_map_is_fine(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", [])

    assert (list(handles.results()), handles.keys) == ([], [])


def test_submit_many_takes_any_mixture(platform: Surface) -> None:
    handles = platform.submit_many(
        [
            {"source": SOURCE, "function": "add", "args": [1, 2]},
            {"source": "def mul(a, b):\n    return a * b\n", "function": "mul", "args": [3, 4]},
        ]
    )

    assert list(handles.results(WAIT)) == [3, 12]
    assert [handle.key.partition("_")[0] for handle in handles] == ["add", "mul"]


def test_submit_many_names_the_one_that_is_wrong(platform: Surface) -> None:
    tasks = [{"source": SOURCE, "function": name} for name in ("report", "nothing")]

    with pytest.raises(e.FunctionNotFound, match=r"^tasks\[1\]: "):
        platform.submit_many(tasks)


def test_submit_many_checks_parameters_as_submit_does(platform: Surface) -> None:
    with pytest.raises(e.ParametersNotJson):
        platform.submit_many([{"source": SOURCE, "function": "add", "args": [float("nan")]}])


def test_the_same_idempotency_key_gives_the_same_task(platform: Surface) -> None:
    first = platform.submit(SOURCE, "add", 1, idempotency_key="order-1")
    again = platform.submit(SOURCE, "add", 1, idempotency_key="order-1")

    assert first.key == again.key
    with pytest.raises(e.IdempotencyConflict):
        platform.submit(SOURCE, "add", 2, idempotency_key="order-1")


def test_check_says_everything_and_queues_nothing(platform: Surface) -> None:
    good = platform.check(SOURCE, "add", 1)
    bad = platform.check(SOURCE, "ad", 1)

    assert (good.problems, bad.source_digest) == ((), good.source_digest)
    assert [type(problem) for problem in bad.problems] == [e.FunctionNotFound]
    assert platform.results("add") == []


def test_results_are_paged_filtered_and_ordered(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", range(12))
    list(handles.results(WAIT))

    assert [one.key for one in platform.results("add")] == handles.keys
    assert [one.key for one in platform.results("add", order="desc", limit=2)] == [
        handles.keys[-1],
        handles.keys[-2],
    ]
    assert platform.results("add", status="failed") == []
    assert len(platform.results("add", status=[Status.SUCCEEDED, "failed"], limit=5)) == 5
    assert [one.key for one in platform.results("add", after=handles.keys[9])] == handles.keys[10:]


def test_functions_values_and_stats_tell_of_a_function(platform: Surface) -> None:
    handles = platform.map(SOURCE, "add", [1, 2, 3])
    list(handles.results(WAIT))
    stats = platform.stats("add")

    assert [(f.function, f.count) for f in platform.functions()] == [("add", 3)]
    assert platform.values("add", limit=1, after=handles.keys[0]) == [2]
    assert (stats.count, stats.values and stats.values.max) == (3, 3)
    assert platform.stats("add", field="price").skipped == 3


def test_a_stream_brings_each_result_as_it_lands(platform: Surface) -> None:
    with platform.stream("add") as updates:
        handles = [platform.submit(SOURCE, "add", n) for n in (1, 2)]
        for handle in handles:
            handle.result(WAIT)
        seen = [next(updates).result for _ in handles]

    assert {result.key: result.value for result in seen} == {
        handles[0].key: 1,
        handles[1].key: 2,
    }


def test_a_stream_goes_on_after_the_last_update_seen(platform: Surface) -> None:
    with platform.stream("add") as updates:
        platform.submit(SOURCE, "add", 1).result(WAIT)
        first = next(updates)
    missed = platform.submit(SOURCE, "add", 2)
    missed.result(WAIT)

    with platform.stream("add", after=first.id) as updates:
        assert next(updates).result.key == missed.key


def test_a_stream_tells_progress_too(platform: Surface) -> None:
    with platform.stream("report") as updates:
        platform.submit(SOURCE, "report")
        seen = [next(updates)]
        while seen[-1].kind != "result":
            seen.append(next(updates))

    assert {update.result.status for update in seen if update.kind == "progress"} <= {
        Status.RUNNING
    }
    assert seen[-1].result.value == "done"


def test_a_stream_of_nothing_that_can_be_is_refused_at_once(platform: Surface) -> None:
    with pytest.raises(e.InvalidQuery):
        platform.stream("add", after="nowhere")
    with pytest.raises(e.RequestError):
        platform.stream("a b")


def test_a_task_is_followed_to_its_end(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "report")
    with handle.follow() as updates:
        seen = list(updates)

    assert seen[-1].kind == "result"
    assert isinstance(seen[-1].task, TaskResult)
    assert seen[-1].task.value == "done"
    assert {one.kind for one in seen} <= {"status", "progress", "result"}
    assert list(handle.follow(after=seen[-1].id)) == []


def test_what_a_task_prints_comes_once(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "fail", "no")
    seen = list(handle.follow())

    assert "".join(one.output for one in seen) == "about to fail\n"
    assert seen[-1].task is not None
    assert seen[-1].task.status is Status.FAILED


def test_following_goes_on_after_the_last_update_seen(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "fail", "no")
    output = next(one for one in handle.follow() if one.kind == "output")

    assert [one.kind for one in handle.follow(after=output.id)] == ["result"]


async def test_a_task_is_followed_in_any_loop(platform: Surface) -> None:
    handle = platform.submit(SOURCE, "add", 1, 2)

    assert [one.kind async for one in handle.follow()][-1] == "result"


def test_a_task_that_is_not_there_is_not_followed(platform: Surface) -> None:
    with pytest.raises(e.ResultGone):
        next(platform.handle("add_1000000000000_0123456789abcdef").follow())


def test_closing_a_stream_ends_a_loop_in_another_thread(platform: Surface) -> None:
    updates = platform.stream("add")
    seen: list[object] = ["nothing yet"]
    reading = threading.Thread(target=lambda: seen.__setitem__(slice(None), list(updates)))
    reading.start()
    updates.close()
    reading.join(WAIT)

    assert seen == []


async def test_handles_are_awaited_in_any_loop(platform: Surface) -> None:
    assert await platform.submit(SOURCE, "add", 1, 2) == 3
    assert await asyncio.gather(*platform.map(SOURCE, "add", [1, 2])) == [1, 2]
    assert await platform.map(SOURCE, "add", [1, 2]) == [1, 2]
    assert [value async for value in platform.map(SOURCE, "add", [1, 2])] == [1, 2]


async def test_every_method_has_an_awaited_twin(platform: Surface) -> None:
    aio = platform.aio
    handle = await aio.submit(SOURCE, "add", 1, 2)
    assert await handle == 3
    assert (await aio.result(handle.key)).value == 3
    assert (await aio.task(handle.key)).status is Status.SUCCEEDED
    assert await aio.values("add") == [3]
    assert [one.key for one in await aio.results("add")] == [handle.key]
    assert [one.function for one in await aio.functions()] == ["add"]
    assert (await aio.stats("add")).count == 1
    assert (await aio.check(SOURCE, "add", 1)).problems == ()
    assert await (await aio.map(SOURCE, "add", [4])) == [4]
    assert await (await aio.submit_many([{"source": SOURCE, "function": "report"}])) == ["done"]
    with pytest.raises(e.AlreadyFinished):
        await aio.cancel(handle.key)
    assert await aio.handle(handle.key) == 3
    async with aio.stream("add") as updates:
        later = await aio.submit(SOURCE, "add", 9)
        assert (await anext(updates)).result.key == later.key
    await aio.ping()


def test_the_awaited_twins_are_complete() -> None:
    from fleeting.adapters.sdk.async_surface import AsyncSurface

    public = {name for name in dir(Surface) if not name.startswith("_")}

    assert public - {"aio", "close"} == {n for n in dir(AsyncSurface) if not n.startswith("_")}


@pytest.mark.parametrize("gateway", ["local", "http"])
def test_namespaces_do_not_see_each_other(request: pytest.FixtureRequest, gateway: str) -> None:
    make = request.getfixturevalue(gateway)
    with make("team-a") as ours:
        key = ours.submit(SOURCE, "add", 1).key
        assert ours.result(key, timeout=WAIT).value == 1
    with make("team-b") as theirs, pytest.raises(e.ResultGone):
        theirs.result(key)


def test_a_closed_surface_says_so(platform: Surface) -> None:
    platform.close()
    platform.close()

    with pytest.raises(RuntimeError, match="closed"):
        platform.functions()
