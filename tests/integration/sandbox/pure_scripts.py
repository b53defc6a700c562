"""Scripts of the usual kind that need nothing from outside."""

from __future__ import annotations

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
    "random": "import random, secrets\ndef f():\n"
    "    return int(random.random() < 1 and len(secrets.token_hex(2)) == 4)\n",
    "uuid": "import uuid\ndef f(): return uuid.uuid4().version // 4\n",
    "compression": "import zlib, bz2, lzma\ndef f():\n"
    "    return len(zlib.decompress(zlib.compress(b'x')))\n",
    "xml": "import xml.etree.ElementTree as E\ndef f():\n"
    "    return len(E.fromstring('<a>1</a>').text)\n",
    "logging": "import logging\ndef f():\n    logging.getLogger().warning('x')\n    return 1\n",
    "email": "from email.message import EmailMessage\ndef f():\n    m = EmailMessage()\n"
    "    m.set_content('x')\n    return len(m.get_content().strip())\n",
    "codecs": "def f(): return len('é'.encode('cp1252').decode('latin-1'))\n",
    "traceback": "import traceback\ndef f():\n    try: 1 / 0\n"
    "    except ZeroDivisionError: return int('1 / 0' in traceback.format_exc())\n",
}  # fmt: skip
"""Each returns 1."""
