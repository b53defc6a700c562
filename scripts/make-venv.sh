#!/bin/sh
# Makes the virtual environment named by $1 with the first Python that is new enough.
# PYTHON=/path/to/python in the environment overrides the choice.
set -eu

venv=$1
wanted="3.11"

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

version() {
    "$python" --version 2>/dev/null || echo "not a working Python"
}

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

python=${PYTHON:-$(find_python)}
if [ -z "$python" ]; then
    echo "fleeting needs Python >= $wanted and found none on PATH." >&2
    echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name one: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! is_new_enough "$python"; then
    echo "fleeting needs Python >= $wanted; $python is $(version)." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "$python cannot make virtual environments: its modules venv and ensurepip are missing." >&2
    echo "Install them (Debian, Ubuntu: apt-get install $package) and run make setup again." >&2
    exit 1
fi
echo "Making $venv with $(version) ($python)"
"$python" -m venv --clear "$venv"
