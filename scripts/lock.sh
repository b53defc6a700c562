#!/bin/sh
# Writes requirements/*.lock: what `make setup` installs, and what each role needs on a server.
# Without addresses of a package index, which uv writes only when asked to: whoever installs brings
# their own.
set -eu

compile() {
    output=requirements/$1.lock
    shift
    "$BIN/uv" pip compile pyproject.toml "$@" \
        --universal --python-version 3.11 --generate-hashes --quiet \
        --custom-compile-command "make lock" \
        --output-file "$output"
}

compile dev --all-extras --group dev "$@"
# What runs on servers takes the versions that were tested together.
for role in api worker flower; do
    compile "$role" --extra "$role" --constraints requirements/dev.lock --no-annotate
done
