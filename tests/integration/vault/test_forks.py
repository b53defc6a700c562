"""Prefork pools fork after their parent has logged in: children speak with its token."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress

import pytest

from .roles import calls

PATH = "kv/team/database"


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_process_reads_on_with_its_parents_token(openbao, reader, put, open_source):
    put(PATH, {"password": "of both"})
    source = open_source(reader.options(reader.secret_id()), "?cache_seconds=0").source
    source.read(PATH)
    before = calls(openbao)
    ours, theirs = multiprocessing.get_context("fork").Pipe()

    def read():
        with suppress(Exception):
            theirs.send(dict(source.read(PATH)))

    child = multiprocessing.get_context("fork").Process(target=read)
    child.start()
    answered = ours.poll(30)
    child.kill()
    child.join()

    assert answered
    assert ours.recv() == {"password": "of both"}
    assert source.read(PATH) == {"password": "of both"}
    assert calls(openbao) == before
