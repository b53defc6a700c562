"""What a run may connect to: what its task names, as far as the operator allows, and no more."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.bounds import Bounds
from fleeting.domain.isolation import Isolation
from fleeting.ports.runner import RunReport
from fleeting.testing.runner import Observer, code, sample_run

ASK = """
import fleeting
def f(host, port):
    with fleeting.connect(host, port) as peer:
        peer.settimeout(5)
        peer.sendall(b"hello")
        return peer.recv(100).decode()
"""
ASK_TWICE = """
from concurrent.futures import ThreadPoolExecutor
import fleeting
def ask(at):
    with fleeting.connect(*at) as peer:
        peer.sendall(b"hello")
        return peer.recv(100).decode()
def f(host, port):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(ask, [(host, port)] * 8))
"""
STRAY = """
import ctypes, errno, fleeting, os, socket, struct
def f(host, port, other):
    peer = fleeting.connect(host, port)
    library = ctypes.CDLL(None, use_errno=True)
    found = {}
    def say(name, failed):
        found[name] = errno.errorcode[ctypes.get_errno()] if failed == -1 else "done"
    where = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(other), socket.inet_aton(host))
    nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
    fast = 0x20000000
    say("leave by sending", library.sendto(peer.fileno(), b"x", 1, fast, nowhere, 16))
    say("connect by sending", library.sendto(peer.fileno(), b"x", 1, fast, where, 16))
    say("leave", library.connect(peer.fileno(), nowhere, 16))
    say("connect", library.connect(peer.fileno(), where, 16))
    say("bind", library.bind(peer.fileno(), where, 16))
    say("listen", library.listen(peer.fileno(), 1))
    say("set an option", library.setsockopt(peer.fileno(), 1, 2, b"\\1\\0\\0\\0", 4))
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        say(f"make a socket {int(kind)}", library.socket(socket.AF_INET, int(kind), 0))
    return found
"""
FORGED = """
import os
def f(host, port):
    place = f"tcp:{host}:{port}".encode()
    os.write(3, b"C" + len(place).to_bytes(4, "big") + place)
    import time
    time.sleep(5)
"""


class Echo:
    """Greets who connects, and remembers that somebody did."""

    def __init__(self) -> None:
        self.visits = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self.visits += 1
            with peer:
                peer.settimeout(5)
                if peer.recv(100):
                    peer.sendall(b"welcome")


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def stranger() -> Iterator[Echo]:
    """On another port of the same host."""
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture(params=[Isolation.CONFINED, Isolation.ISOLATED])
def runner(request: pytest.FixtureRequest, echo: Echo) -> Iterator[ConfinedRunner]:
    rules = (f"tcp:127.0.0.1:{echo.port}", "tcp:*.example.com:443", "tcp:127.*:*")
    runner = ConfinedRunner(Confinement(isolation=request.param, network=rules, reuse=True))
    yield runner
    runner.close()


def run(runner: ConfinedRunner, source: str, *args: Any, network: tuple[str, ...]) -> RunReport:
    return runner.run(sample_run(source, *args, bounds=Bounds(network=network)), Observer())


def value(runner: ConfinedRunner, source: str, *args: Any, network: tuple[str, ...]) -> Any:
    report = run(runner, source, *args, network=network)
    assert report.value is not None, report.error
    return json.loads(report.value)


def raised(report: RunReport) -> tuple[str | None, str]:
    assert report.error is not None, report.value
    return report.error.exception, report.error.message


def here(echo: Echo) -> str:
    return f"tcp:127.0.0.1:{echo.port}"


def test_run_reaches_what_its_task_names(runner: ConfinedRunner, echo: Echo) -> None:
    assert value(runner, ASK, "127.0.0.1", echo.port, network=(here(echo),)) == "welcome"


def test_threads_of_a_run_may_connect_at_once(runner: ConfinedRunner, echo: Echo) -> None:
    answers = value(runner, ASK_TWICE, "127.0.0.1", echo.port, network=(here(echo),))

    assert answers == ["welcome"] * 8


def test_run_reaches_nothing_else(runner: ConfinedRunner, echo: Echo, stranger: Echo) -> None:
    report = run(runner, ASK, "127.0.0.1", stranger.port, network=(here(echo),))

    kind, message = raised(report)
    assert kind == "PermissionError"
    assert "submit it with network=" in message
    assert stranger.visits == 0


def test_run_without_network_reaches_nothing(runner: ConfinedRunner, echo: Echo) -> None:
    kind, _ = raised(run(runner, ASK, "127.0.0.1", echo.port, network=()))

    assert kind == "PermissionError"
    assert echo.visits == 0


def test_wildcard_of_the_operator_does_not_open_this_machine(
    runner: ConfinedRunner, stranger: Echo
) -> None:
    """Although the pattern covers it: loopback has to be listed by itself."""
    report = run(runner, ASK, "127.0.0.1", stranger.port, network=(here(stranger),))

    kind, message = raised(report)
    assert kind == "PermissionError"
    assert "has not listed" in message
    assert stranger.visits == 0


def test_place_that_the_operator_does_not_allow_is_refused_by_the_worker_too(
    runner: ConfinedRunner,
) -> None:
    kind, _ = raised(run(runner, ASK, "10.0.0.1", 80, network=("tcp:10.0.0.1:80",)))

    assert kind == "PermissionError"


def test_peer_that_does_not_answer_is_an_error_of_the_script(echo: Echo) -> None:
    echo.close()
    runner = ConfinedRunner(Confinement(network=(here(echo),)))
    try:
        kind, message = raised(run(runner, ASK, "127.0.0.1", echo.port, network=(here(echo),)))
    finally:
        runner.close()
        echo._listening = socket.create_server(("127.0.0.1", 0))

    assert kind == "ConnectionError"
    assert "cannot be reached: Connection refused" in message


def test_connected_socket_cannot_be_led_elsewhere(
    runner: ConfinedRunner, echo: Echo, stranger: Echo
) -> None:
    """Also not by sending with MSG_FASTOPEN, which connects where a socket is connected to none."""
    found = value(runner, STRAY, "127.0.0.1", echo.port, stranger.port, network=(here(echo),))

    assert set(found.values()) == {"EPERM"}, found
    assert stranger.visits == 0


@pytest.mark.parametrize("names_echo", [False, True])
def test_forged_wish_ends_the_run(
    runner: ConfinedRunner, echo: Echo, stranger: Echo, *, names_echo: bool
) -> None:
    network = (here(echo),) if names_echo else ()

    report = run(runner, FORGED, "127.0.0.1", stranger.port, network=network)

    assert code(report) == "run_protocol_error"
    assert stranger.visits == 0
