"""The contract kit: what an adapter of each port must do, as tests that its author runs.

Subclass a contract in a test module, name the subclass `Test…` and supply the fixtures that its
docstring lists; pytest does the rest. Needs the extra `testing`.
"""

from __future__ import annotations

from ..domain.errors import MissingExtra

try:
    import pytest
except ImportError as exc:
    raise MissingExtra("fleeting.testing needs pytest: pip install 'fleeting[testing]'") from exc

# Before the first import of a contract: its plain asserts then explain themselves.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "open_tasks",
            "result_reader",
            "result_writer",
        )
    )
)

from .contract import Contract, Run, StoreContract, deviates  # noqa: E402
from .open_tasks import OpenTasksContract  # noqa: E402
from .result_reader import ResultReaderContract  # noqa: E402
from .result_writer import ResultWriterContract  # noqa: E402

__all__ = [
    "Contract",
    "OpenTasksContract",
    "ResultReaderContract",
    "ResultWriterContract",
    "Run",
    "StoreContract",
    "deviates",
]
