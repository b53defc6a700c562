"""Every setting of an installation: what it is, its unit, its default, and why that default.

Read from arguments, then the environment (`FLEETING_…`), then a TOML file that `FLEETING_CONFIG`
names, then the defaults. `docs/reference/settings.md` is generated from this package.
"""

from __future__ import annotations

from .loading import CLIENT_VARIABLES, load, origins, refuse_unknown
from .model import CONFIG_FILE, GROUPS, NESTED, PREFIX, Settings
from .names import limit_variable, variables

__all__ = [
    "CLIENT_VARIABLES",
    "CONFIG_FILE",
    "GROUPS",
    "NESTED",
    "PREFIX",
    "Settings",
    "limit_variable",
    "load",
    "origins",
    "refuse_unknown",
    "variables",
]
