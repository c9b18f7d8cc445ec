#!/usr/bin/env bash
# Brings a virtual environment to the state that a lock describes, with this tree installed in it (editable).
# Usage: requirements/environment.sh FOLDER LOCK     e.g. .venv dev
# A lock that stands in the environment already costs nothing, not even the network; one that has changed since
# makes the environment anew, so that nothing of the old one lingers. pip's own settings (index, proxy,
# certificates) are the machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1
lock=$2
python=${PYTHON:-python3}
kept=$venv/locks # copies of the locks that the environment was made from
export PIP_DISABLE_PIP_VERSION_CHECK=1

usable() {
    "$venv/bin/python" -c 'import pip' 2> /dev/null || return 1
    local copy
    for copy in "$kept"/*.txt; do
        [ ! -e "$copy" ] || cmp -s "$copy" "requirements/${copy##*/}" || return 1
    done
}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; then
    echo "error: Python 3.10 or newer is needed: $python is $("$python" --version 2> /dev/null || echo 'not there')" >&2
    echo "hint: name another one, e.g. make PYTHON=python3.12 test" >&2
    exit 2
fi
if ! usable; then
    echo "making $venv ($("$python" --version))" >&2
    "$python" -m venv --clear "$venv"
fi
if [ ! -e "$kept/$lock.txt" ]; then
    echo "installing requirements/$lock.txt" >&2
    "$venv/bin/python" -m pip install --quiet --require-hashes --requirement "requirements/$lock.txt"
    mkdir -p "$kept"
    cp "requirements/$lock.txt" "$kept/$lock.txt"
fi
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
