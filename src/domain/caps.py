"""The caps on how many bytes a request may bring along: checked at submission and in the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .errors import ParametersTooLarge, SourceTooLarge
from .json_value import encode_parameters
from .limits import Limits
from .references import may_refer


def check_source_size(source: str, limits: Limits) -> None:
    """Return if the module text is not too long.

    Raises:
        SourceTooLarge: it is longer than `limits.max_source_bytes` in UTF-8.
    """
    # No character takes less than a byte: an absurdly long text is refused without a copy of it.
    size = len(source)
    if size <= limits.max_source_bytes:
        size = len(source.encode("utf-8", "surrogatepass"))
    if size > limits.max_source_bytes:
        raise SourceTooLarge(
            f"the source is longer than {limits.max_source_bytes} bytes: split the module or move "
            "its data into parameters"
        )


def check_parameters(args: Sequence[object], kwargs: Mapping[str, object], limits: Limits) -> bool:
    """Return if the parameters are strict JSON and not too long: whether they may hold references.

    Raises:
        ParametersNotJson: one of them is no strict JSON; the message gives its path.
        ParametersTooLarge: their JSON is longer than `limits.max_parameters_bytes`.
    """
    encoded = encode_parameters(args, kwargs)
    size = len(encoded)
    if size > limits.max_parameters_bytes:
        raise ParametersTooLarge(
            f"args and kwargs are {size} bytes of JSON, the limit is "
            f"{limits.max_parameters_bytes}: pass a reference to the data instead"
        )
    return may_refer(encoded)
