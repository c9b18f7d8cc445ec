#!/usr/bin/env bash
# Writes run.txt, dev.txt and release.txt anew: the newest releases that are at least a week old (time for a bad one to
# be noticed and withdrawn), for every Python that setup.cfg admits, on every platform.
# Usage: requirements/lock.sh UV     (`make lock` brings uv)
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1

compile() { # compile OUTPUT INPUT…
    local output=$1
    shift
    "$uv" pip compile --quiet --python-version 3.10 --generate-hashes --exclude-newer "7 days" \
        --no-config --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --upgrade \
        "$@" --output-file "$output.new"
    {
        printf '# Made by `make lock`; edit the *.in files or setup.cfg instead.\n'
        cat "$output.new"
    } > "$output"
    rm "$output.new"
}

compile requirements/run.txt --universal setup.cfg requirements/build.in --extra webhook
compile requirements/dev.txt --universal setup.cfg requirements/build.in requirements/dev.in --extra webhook --constraint requirements/run.txt
compile requirements/node.txt --universal requirements/node.in
compile requirements/release.txt setup.cfg requirements/release.in
