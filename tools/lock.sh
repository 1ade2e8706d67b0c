#!/bin/sh
# Renews requirements/run.txt and dev.txt from pyproject.toml: exact versions with hashes, for every platform.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || {
    echo "uv is missing; install it from https://docs.astral.sh/uv/ and run “make lock” again." >&2
    exit 1
}
options="--quiet --no-header --no-emit-index-url --generate-hashes --universal --python-version 3.11"
uv pip compile $options pyproject.toml -o requirements/run.txt
uv pip compile $options pyproject.toml --group test --group lint -c requirements/run.txt -o requirements/dev.txt
