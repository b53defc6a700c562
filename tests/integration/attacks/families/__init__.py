"""The attacks, as data, by what they go for."""

from __future__ import annotations

from . import (
    abuse,
    descriptors,
    forgery,
    leftovers,
    memory,
    network,
    poison,
    processes,
    reading,
    signals,
    syscalls,
    tracing,
    writing,
)

FAMILIES = {
    module.__name__.rpartition(".")[2]: module.ATTACKS
    for module in (
        abuse,
        descriptors,
        forgery,
        leftovers,
        memory,
        network,
        poison,
        processes,
        reading,
        signals,
        syscalls,
        tracing,
        writing,
    )
}
