"""What the protections of the API cost, each over an API without any, and all together."""

from __future__ import annotations

from typing import Final, NamedTuple

from .protection import IN_BATCHES, SINGLE, VALUES
from .protections import (
    AUDIT,
    BARE,
    EVERYTHING,
    LIMITS,
    OPENID_TOKENS,
    QUOTAS,
    SIGNING,
    STATIC_TOKENS,
)
from .ratio import Ratio, less, more
from .rows import Place


class _Compared(NamedTuple):
    name: str
    subject: str
    beside: str
    says: str


_CASES: Final = {
    "submit_single": (SINGLE, "Submissions one by one"),
    "submit_batch": (IN_BATCHES, "Submissions in batches of 100"),
    "values": (VALUES, "Lists of 100 values"),
}

_ALL: Final = _Compared("protected_vs_bare", EVERYTHING, BARE, "everything on over a bare API")

_EACH: Final = (
    _Compared("static_tokens_vs_bare", STATIC_TOKENS, BARE, "static tokens over a bare API"),
    _Compared("openid_tokens_vs_bare", OPENID_TOKENS, BARE, "tokens of a provider over a bare API"),
    # There is nobody to write down where nobody has to say who they are.
    _Compared(
        "audit_vs_static_tokens", AUDIT, STATIC_TOKENS, "static tokens with over without audit log"
    ),
    _Compared("limits_vs_bare", LIMITS, BARE, "rate limits over a bare API"),
    _Compared("quotas_vs_bare", QUOTAS, BARE, "quotas of namespaces over a bare API"),
    _Compared("signing_vs_bare", SIGNING, BARE, "tasks signed over a bare API"),
)


def _ratios(case: str) -> list[Ratio]:
    where, what = _CASES[case]

    def places(one: _Compared) -> tuple[Place, Place]:
        return Place("protection", one.subject, where), Place("protection", one.beside, where)

    def cost(one: _Compared) -> Ratio:
        name = f"{case}_cpu_{one.name}"
        return less(name, "cpu_us_per_call", places(one), f"{what}, CPU time: {one.says}")

    name, both = f"{case}_{_ALL.name}", places(_ALL)
    rate = more(name, "calls_per_second", both, f"{what}, rate: {_ALL.says}")
    slowest = less(f"{case}_p99_{_ALL.name}", "p99_ms", both, f"{what}, p99: {_ALL.says}")
    return [rate, slowest, cost(_ALL), *map(cost, _EACH)]


RATIOS: Final = tuple(ratio for case in _CASES for ratio in _ratios(case))
