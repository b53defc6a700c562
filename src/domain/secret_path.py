"""What a path of a secret looks like: names with slashes between them, as in `kv/team/database`."""

from __future__ import annotations

import re
from typing import Final

from .errors import SecretNotFound

MAX_LENGTH: Final = 512
"""Characters of a whole path; more than any secret store wants to be asked for."""

# No name begins with a dot, so none is `..`, a hidden file or a mount's own bookkeeping; and what
# a URL gives a meaning to (`%`, `?`, `#`, `;`, `\`) is left out altogether.
_NAME: Final = re.compile(r"[A-Za-z0-9_@+=-][A-Za-z0-9_@+=.-]*", re.ASCII)


def names_in(path: str) -> tuple[str, ...]:
    """The names that a path is made of.

    Raises:
        SecretNotFound: it is no path, so that nothing can be there.
    """
    names = tuple(path.split("/"))
    if len(path) > MAX_LENGTH or not all(map(_NAME.fullmatch, names)):
        raise SecretNotFound(
            "that is no path of a secret: write names of letters, digits and _ - . @ + = with "
            "slashes between them, as in kv/team/database"
        )
    return names
