#!/bin/sh
# Writes requirements/*.lock: what `make setup` installs, and what each role needs on a server.
# Without addresses of a package index, which uv writes only when asked to: whoever installs brings
# their own.
set -eu

compile() {
    output=requirements/$1.lock
    shift
    "$BIN/uv" pip compile "$@" \
        --universal --python-version 3.11 --generate-hashes --quiet \
        --custom-compile-command "make lock" \
        --output-file "$output"
}

compile dev pyproject.toml --all-extras --group dev "$@"
# What runs on servers takes the versions that were tested together.
for role in api worker flower; do
    compile "$role" pyproject.toml --extra "$role" --constraints requirements/dev.lock --no-annotate
done
# The queues that `make bench` measures beside fleeting, each set in an environment of its own.
for peers in peers arq; do
    compile "$peers" "requirements/$peers.in" --no-annotate "$@"
done
