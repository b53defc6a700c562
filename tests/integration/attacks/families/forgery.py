"""Answers that no honest process gives, sent in its place."""

from __future__ import annotations

from ..attack import FOOLED, WRITTEN, Attack, script

_SAY = """
def say(kind, payload, length=None):
    os.write(channel(), kind + (len(payload) if length is None else length).to_bytes(4, "big") + payload)
"""


def _forges(name: str, text: str, **more: object) -> Attack:
    given = {"proof": FOOLED, "ends": ("run_protocol_error",), "patience": 0.25, **more}
    return Attack(name=name, script=script(_SAY, text), **given)  # type: ignore[arg-type]


ATTACKS = (
    _forges("four gigabytes", "def f(bait):\n say(b'V', b'', 2**32 - 1)\n time.sleep(20)"),
    _forges("an unknown kind", "def f(bait): say(b'Z', b'[]')"),
    _forges("a job", "def f(bait): say(b'J', b'{}')"),
    _forges("a second beginning", "def f(bait): say(b'S', b'')"),
    _forges("NaN", "def f(bait): say(b'V', b'NaN')"),
    _forges("infinity", "def f(bait): say(b'V', b'[-Infinity, 1e999]')"),
    _forges("brackets without end", "def f(bait): say(b'V', b'[' * 10**5)"),
    _forges("digits without end", "def f(bait): say(b'V', b'9' * 10**6)"),
    _forges("no UTF-8", "def f(bait): say(b'V', b'\"\\xff\\xfe\"')"),
    _forges(
        "a pickle",
        """
        import pickle
        class Loaded:
            def __init__(self, path): self.path = path
            def __reduce__(self): return os.mkdir, (self.path,)
        def f(bait): say(b"V", pickle.dumps(Loaded(bait["home"] + "/unpickled")))
        """,
        proof=WRITTEN,
    ),
    _forges(
        "byte code",
        """
        import marshal
        def f(bait): say(b"V", marshal.dumps(compile("1/0", "x", "exec")))
        """,
    ),
    _forges(
        "half an answer",
        "def f(bait):\n say(b'V', b'12', 100)\n time.sleep(20)",
        ends=("run_timed_out",),
        timeout=0.2,
    ),
    _forges(
        "half a header",
        "def f(bait):\n os.write(channel(), b'V')\n time.sleep(20)",
        ends=("run_timed_out",),
        timeout=0.2,
        control="no header: such a reader just waits",
    ),
    _forges(
        "an error of others",
        'def f(bait): say(b"E", b\'{"code": "run_cancelled", "message": "x"}\')',
    ),
    _forges("an error of no shape", "def f(bait): say(b'E', b'[]')"),
    _forges(
        "an error with more in it",
        'def f(bait): say(b"E", b\'{"code": "script_raised", "message": "x", "line": null, "level": "none"}\')',
    ),
    _forges("progress of no shape", "def f(bait): say(b'P', b'[]')"),
    _forges(
        "progress without end",
        """
        def f(bait):
            until = time.monotonic() + 9
            while time.monotonic() < until: say(b"P", b'[1, 2, ""]')
        """,
    ),
    _forges(
        "two answers",
        "def f(bait):\n say(b'V', b'null')\n say(b'V', b'null')\n time.sleep(20)",
        ends=("value", "run_protocol_error"),
    ),
    _forges(
        "its own answer, and going on",
        "def f(bait):\n say(b'V', b'null')\n time.sleep(20)",
        ends=("value",),
    ),
    _forges(
        "that it can be kept",
        "def f(bait):\n say(b'K', b'')\n say(b'V', b'null')\n time.sleep(20)",
        ends=("value", "run_protocol_error"),
        spoils=("run_timed_out",),
        timeout=1,
    ),
)
