"""A source and a call that do not fit: found when a request comes, or first when it is run.

Standard library only, because each run's process loads this module.
"""

from __future__ import annotations

from .error_families import RequestError


class SourceSyntaxError(RequestError):
    """The module text does not compile; the message shows the line."""


class FunctionNotFound(RequestError):
    """The module text has no function of that name at its top level."""


class NotAFunction(RequestError):
    """The name belongs to something that is not a top-level function."""


class ParametersDoNotFit(RequestError):
    """args and kwargs do not fit the function's signature."""


class ParametersNotJson(RequestError):
    """args or kwargs hold something that strict JSON cannot carry; the message gives its path."""
