"""What library sets say that they offer, from the metadata of real distributions."""

from __future__ import annotations

from importlib.metadata import version

from fleeting.domain.worker_facts import DEFAULT_LIBRARIES
from fleeting.entrypoints.offered_libraries import offered


def test_set_offers_what_its_modules_require_too() -> None:
    [data] = offered({"data": ("pandas",)}, is_sealed=True)

    assert {"pandas", "numpy", "python-dateutil", "six"} == set(data.distributions)
    assert data.distributions["numpy"] == version("numpy")
    assert data.loaded == tuple(data.distributions)


def test_extras_of_a_library_are_not_offered() -> None:
    """Although they may be installed: the library does not load them."""
    [data] = offered({"data": ("pandas",)}, is_sealed=True)

    assert "pytest" not in data.distributions


def test_where_files_can_be_read_everything_installed_is_offered() -> None:
    default, data = offered({DEFAULT_LIBRARIES: (), "data": ("numpy",)}, is_sealed=False)

    assert default.distributions == data.distributions
    assert {"numpy", "pandas", "pydantic"} <= set(data.distributions)
    assert (default.loaded, data.loaded) == ((), ("numpy",))


def test_without_files_a_set_that_loads_nothing_offers_nothing() -> None:
    [default] = offered({DEFAULT_LIBRARIES: ("json",)}, is_sealed=True)

    assert default.distributions == {}
