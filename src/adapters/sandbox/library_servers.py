"""The fork servers of one worker process: one for each library set, started when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...domain.attestation import Attestation
from ...domain.errors import LibraryUnavailable
from ...domain.isolation import Isolation
from ...domain.worker_facts import DEFAULT_LIBRARIES
from .confinement import Confinement
from .warm_children import WarmChildren
from .zygote_keeper import ZygoteKeeper


class LibraryServers:
    """Children by the library set that they hold.

    A set costs nothing until a run asks for it, because its fork server may take as much memory as
    its libraries; each is attested and replaced for itself.

    Args:
        confinement: how they are set up.
        asked: the level that each must attest.
    """

    def __init__(self, confinement: Confinement, asked: Isolation) -> None:
        modules = {**confinement.libraries, DEFAULT_LIBRARIES: confinement.preimport}
        self.keepers: Mapping[str, ZygoteKeeper] = {
            name: ZygoteKeeper(replace(confinement, preimport=loaded), asked, libraries=name)
            for name, loaded in modules.items()
        }
        self._children: Mapping[str, WarmChildren] = {
            name: WarmChildren(keeper, confinement.warm) for name, keeper in self.keepers.items()
        }

    @property
    def attestation(self) -> Attestation:
        """What the fork server of the default set was seen to hold back; see `ZygoteKeeper`."""
        return self.keepers[DEFAULT_LIBRARIES].attestation

    def children(self, libraries: str) -> WarmChildren:
        """Those of one set; nothing is started yet.

        Raises:
            LibraryUnavailable: there is no such set.
        """
        children = self._children.get(libraries)
        if children is None:
            raise LibraryUnavailable(f"this worker has no library set {libraries}")
        return children

    def close(self) -> None:
        """End the fork servers and all that runs in them."""
        for children in self._children.values():
            children.close()
        for keeper in self.keepers.values():
            keeper.close()
