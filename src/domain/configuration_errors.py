"""What the operator of an installation can mend."""

from __future__ import annotations

from .error_families import ConfigurationError


class UnknownAdapter(ConfigurationError):
    """No installed adapter serves the scheme of that URL."""


class UnknownSetting(ConfigurationError):
    """A FLEETING_… variable names no setting."""


class InvalidSetting(ConfigurationError):
    """A setting has a value that it cannot have."""


class WeakIsolation(ConfigurationError):
    """The isolation that the settings ask for is not in force on this machine."""


class NoSecretSource(ConfigurationError):
    """The task needs a secret, and this worker has nowhere to get any from."""


class MissingExtra(ConfigurationError):
    """A package that this role needs is not installed; the message gives the pip command."""
