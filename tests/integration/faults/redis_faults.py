"""What may happen to Redis, and to the way there."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from .site import Site


def refused(site: Site, number: int) -> None:
    """Connections are cut, new ones refused, for a while."""
    site.resident()
    with site.feeding():
        site.wait_for_runs(3)
        site.ground.proxy.refuse()
        time.sleep(site.pace.outage_seconds)
        site.ground.proxy.heal()
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())


def silent(site: Site, number: int) -> None:
    """Connections stay, nothing passes, for a while."""
    site.resident()
    with site.feeding():
        site.wait_for_runs(3)
        site.ground.proxy.freeze()
        time.sleep(site.pace.outage_seconds)
        site.ground.proxy.heal()
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())


def cut(site: Site, number: int) -> None:
    """All connections are cut, five times."""
    site.resident()
    with site.feeding():
        for _ in range(5):
            site.wait_for_runs(3)
            fault = time.time()
            site.ground.proxy.cut()
    site.close_round(fault, site.resident())


def killed(site: Site, number: int) -> None:
    """SIGKILL, and a start a second later; every write was on disk before it was acknowledged."""
    site.resident()
    with site.feeding():
        site.wait_for_runs(3)
        site.ground.server.kill()
        time.sleep(1)
        site.ground.server.start()
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())


def without_power(site: Site, number: int) -> None:
    """SIGKILL, and the last second of the append-only file is gone, as after a loss of power."""
    site.resident()
    server = site.ground.server
    with site.feeding():
        site.wait_for_runs(3)
        file, size = _sizes(server.directory)
        time.sleep(1)
        server.kill()
        with file.open("r+b") as log:
            log.truncate(size)
        server.start()
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())


def failed_over(site: Site, number: int) -> None:
    """Sentinels swap primary and replica, both alive, once they have found together again."""
    site.ground.server.wait_until_ready()
    site.resident()
    with site.feeding():
        site.wait_for_runs(3)
        site.ground.server.failover()
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())


def failed_over_with_a_guard(site: Site, number: int) -> None:
    """The same, where a primary that has no replica takes no writes."""
    for server in site.ground.server.data:
        with server.connect() as admin:
            admin.config_set("min-replicas-to-write", 1)
            admin.config_set("min-replicas-max-lag", 2)
    failed_over(site, number)


def primary_killed(site: Site, number: int) -> None:
    """The primary dies, and sentinels promote its replica."""
    site.resident()
    group = site.ground.server
    with site.feeding():
        site.wait_for_runs(3)
        old = group.kill_primary()
        group.wait_for_another_primary(old)
        fault = time.time()
        site.wait_for_runs(5)
    site.close_round(fault, site.resident())
    old.start()
    group.wait_until_ready()


def password_rotated(site: Site, number: int) -> None:
    """A second password, connections killed; the first one removed, connections killed; restart."""
    server = site.ground.server
    admin = server.connect()
    old, fresh = f"old-{number}", f"fresh-{number}"
    admin.execute_command("ACL", "SETUSER", "app", f">{old}")
    site.speak_to(server.url_of("app", password=old))
    worker = site.worker(url=server.url_of("app", password=old))
    with site.feeding():
        site.wait_for_runs(3)
        admin.execute_command("ACL", "SETUSER", "app", f">{fresh}")
        admin.execute_command("CLIENT", "KILL", "USER", "app")
        site.wait_for_runs(3)
        seen = len(worker.output.splitlines())
        admin.execute_command("ACL", "SETUSER", "app", f"<{old}")
        admin.execute_command("CLIENT", "KILL", "USER", "app")
        line = worker.wait_for_log(
            "invalid username-password pair", within=timedelta(seconds=20), since=seen
        )
        assert old not in line
        worker.kill()
        site.speak_to(server.url_of("app", password=fresh))
        successor = site.worker(url=server.url_of("app", password=fresh))
        fault = time.time()
        site.wait_for_runs(3)
    site.close_round(fault, worker, successor)
    successor.kill()


def _sizes(directory: Path) -> tuple[Path, int]:
    """The growing part of the append-only file, and its size."""
    [file] = (directory / "appendonlydir").glob("*.incr.aof")
    return file, file.stat().st_size
