"""`fleeting workers`: who runs the tasks of a service, and what each has proven."""

from __future__ import annotations

from . import options as o
from .connection import DEFAULT_URL, connect
from .failure import reporting
from .printing import print_json, print_table


@reporting
def workers(
    *,
    url: o.Url = DEFAULT_URL,
    namespace: o.Namespace = "",
    token: o.Token = None,
    as_json: o.Json = False,
) -> None:
    """List the workers, with the isolation that each has proven and what its runs find.

    With --json the whole proof of each is shown, check by check, and all its libraries.
    """
    with connect(url, namespace, token) as client:
        found = client.workers()
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        ("worker", "isolation", "checks", "python", "fleeting", "libraries"),
        (
            (
                one.worker,
                one.isolation,
                len(one.attestation.checks) if one.attestation else 0,
                one.python,
                one.version,
                ", ".join(each.name for each in one.libraries),
            )
            for one in found
        ),
    )
