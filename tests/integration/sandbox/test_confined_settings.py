"""The confined runner in every setting that a worker may find itself in: attested, and useful."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

import fleeting

WORKER = Path(__file__).with_name("confined_worker.py")
PLAIN_USER = 20001

SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "sealed": {"confinement": {"files": "sealed"}},
    "cloud foundry": {"cloud_foundry": True},
    "plain user": {"user": PLAIN_USER},
    "plain user on cloud foundry": {"user": PLAIN_USER, "cloud_foundry": True},
    "preimported": {"confinement": {"preimport": ["numpy"]}},
}

PURE = {
    "asyncio": "import asyncio\nasync def f():\n    await asyncio.sleep(0.001)\n    return 1\n",
    "asyncio threads": "import asyncio\nasync def f():\n"
    "    return await asyncio.to_thread(lambda: 1)\n",
    "threads": "from concurrent.futures import ThreadPoolExecutor\ndef f():\n"
    "    with ThreadPoolExecutor(4) as pool: return sum(pool.map(int, '1'))\n",
    "dataclasses": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n"
    "def f(): return P(1).x\n",
    "re": "import re\ndef f(): return len(re.findall(r'\\w+', 'one'))\n",
    "json": "import json\ndef f(): return json.loads('1')\n",
    "sqlite3": "import sqlite3\ndef f():\n    db = sqlite3.connect(':memory:')\n"
    "    return db.execute('select 1').fetchone()[0]\n",
    "decimal": "from decimal import Decimal\ndef f(): return int(Decimal('1.0'))\n",
    "zoneinfo": "from zoneinfo import ZoneInfo\nfrom datetime import datetime\ndef f():\n"
    "    at = datetime(2026, 7, 1, tzinfo=ZoneInfo('Europe/Berlin'))\n"
    "    return at.utcoffset().total_seconds() // 7200\n",
    "statistics": "import statistics\ndef f(): return statistics.mean([1, 1])\n",
    "csv": "import csv, io\ndef f(): return int(list(csv.reader(io.StringIO('1')))[0][0])\n",
    "hashlib": "import hashlib\ndef f(): return len(hashlib.sha256(b'').hexdigest()) // 64\n",
    "typing": "from typing import TypedDict\nclass T(TypedDict):\n    a: int\n"
    "def f(): return T(a=1)['a']\n",
    "random": "import random, secrets, uuid\ndef f():\n"
    "    return int(random.random() < 1 and len(secrets.token_hex(2)) == 4 and bool(uuid.uuid4()))\n",
    "compression": "import zlib, bz2, lzma\ndef f(): return len(zlib.decompress(zlib.compress(b'x')))\n",
    "xml": "import xml.etree.ElementTree as E\ndef f(): return len(E.fromstring('<a>1</a>').text)\n",
    "logging": "import logging\ndef f():\n    logging.getLogger().warning('x')\n    return 1\n",
    "email": "from email.message import EmailMessage\ndef f():\n    m = EmailMessage()\n"
    "    m.set_content('x')\n    return len(m.get_content().strip())\n",
    "codecs": "def f(): return len('é'.encode('cp1252').decode('latin-1'))\n",
    "traceback": "import traceback\ndef f():\n    try: 1 / 0\n"
    "    except ZeroDivisionError: return int('1 / 0' in traceback.format_exc())\n",
}  # fmt: skip
"""Each returns 1."""


def worker(setting: dict[str, Any], *scripts: str) -> dict[str, Any]:
    python, environment = interpreter(setting)
    command = [python, str(WORKER), json.dumps({**setting, "scripts": scripts})]
    done = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def interpreter(setting: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """One that the worker's user can read; it finds the packages of this one."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    root = Path(__file__).parents[3]
    environment = {"PYTHONPATH": os.pathsep.join(packages), "PATH": os.defpath}
    if not setting.get("user"):
        return sys.executable, environment
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    version = "{}.{}".format(*sys.version_info)
    python = Path(f"/usr/bin/python{version}")
    if not python.exists() or not os.stat(root).st_mode & 0o001:
        pytest.skip(f"the system has no Python {version} that everybody can run")
    packages.append(package_folder())
    return str(python), {**environment, "PYTHONPATH": os.pathsep.join(packages)}


@functools.cache
def package_folder() -> str:
    """Where an interpreter that knows nothing of this installation finds the package."""
    folder = Path(tempfile.mkdtemp(prefix="fleeting-"))
    atexit.register(shutil.rmtree, folder)
    folder.chmod(0o755)
    (folder / "fleeting").symlink_to(Path(fleeting.__path__[0]))
    return str(folder)


@pytest.fixture(scope="module", params=list(SETTINGS))
def setting(request: pytest.FixtureRequest) -> dict[str, Any]:
    return SETTINGS[request.param]


def test_level_is_attested_and_pure_scripts_run_unchanged(setting: dict[str, Any]) -> None:
    """In every setting the same scripts give the same values."""
    answer = worker(setting, *PURE.values())

    attestation = answer["attestation"]
    assert [check for check in attestation["checks"] if not check["holds"]] == []
    assert attestation["effective"] == "confined"
    assert attestation["user"] != 0
    results = dict(zip(PURE, answer["results"], strict=True))
    assert {name: result for name, result in results.items() if result != [1, None]} == {}


def test_files_are_sealed_where_there_is_no_landlock() -> None:
    attestation = worker({"cloud_foundry": True})["attestation"]

    assert (attestation["files"], attestation["landlock_abi"]) == ("sealed", 0)


def test_landlock_that_is_asked_for_and_missing_is_refused() -> None:
    """Never something else in its place."""
    setting = {"cloud_foundry": True, "confinement": {"files": "landlock"}}

    assert "Landlock was asked for" in worker(setting)["refused"]


@pytest.mark.parametrize(
    ("pretending", "named"),
    [
        (["seccomp"], ["fork: done", "open an internet socket: done", "make a file in memory"]),
        (["landlock_restrict_self"], ["read a file outside: done", "write a file: done"]),
    ],
    ids=["seccomp", "landlock"],
)
def test_weaker_than_asked_is_refused_and_named(pretending: list[str], named: list[str]) -> None:
    """On a kernel that says yes and does nothing: only trying finds out."""
    setting = {"user": PLAIN_USER, "pretending": pretending}

    refused = worker(setting)["refused"]

    assert "isolation confined was asked for and is not in force" in refused
    for check in named:
        assert check in refused


def test_plain_user_has_landlock_where_the_kernel_has_it() -> None:
    attestation = worker({"user": PLAIN_USER})["attestation"]

    if not attestation["landlock_abi"]:
        pytest.skip("this kernel has no Landlock")
    assert attestation["files"].startswith("landlock")
    assert attestation["user"] == PLAIN_USER
