"""Text that comes from scripts, made fit to be stored."""

from __future__ import annotations

from dataclasses import replace

from .outcome import ErrorInfo


def valid_unicode(text: str) -> str:
    """`text` with each lone surrogate written as its escape: UTF-8 cannot carry them."""
    return text.encode(errors="backslashreplace").decode()


def storable(error: ErrorInfo) -> ErrorInfo:
    """`error` with valid Unicode only: a script chooses the words of its exceptions."""
    return replace(
        error,
        message=valid_unicode(error.message),
        exception=error.exception and valid_unicode(error.exception),
        traceback=error.traceback and valid_unicode(error.traceback),
        path=error.path and valid_unicode(error.path),
    )
