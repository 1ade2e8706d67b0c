#!/bin/sh
# Makes .venv from requirements/run.txt or dev.txt, checked by hash, and compiles the catalogs. Does nothing when the
# requirements have not changed since. Usage: tools/bootstrap.sh run|dev
set -eu
cd "$(dirname "$0")/.."
kind=$1
requirements=requirements/$kind.txt

fail() {
    echo "$1" >&2
    exit 1
}

as_root_apt() {
    # The lists of a fresh machine are empty or stale, so they come first.
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_python() {
    for name in ${GUCANG_PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# Debian leaves out a part of venv; only trying tells, and a failed try leaves half a folder.
venv() {
    "$python" -m venv .venv >/dev/null 2>&1 || {
        rm -rf .venv
        return 1
    }
}

make_with_pip() {
    python=$(find_python)
    if [ -z "$python" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        as_root_apt python3 python3-venv || true
        python=$(find_python)
    fi
    [ -n "$python" ] || fail "Python 3.11 or later is missing; install it (Debian: apt-get install python3 python3-venv)."
    if [ ! -x .venv/bin/python ] && ! venv; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then as_root_apt python3-venv || true; fi
        if ! venv; then
            "$python" -m pip --version >/dev/null 2>&1 ||
                fail "Python's venv module is missing; run: sudo apt-get install python3-venv   (or install uv)"
            "$python" -m venv --without-pip .venv
        fi
    fi
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    else
        "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    fi
}

make_with_uv() {
    [ -x .venv/bin/python ] || uv venv --quiet --python '>=3.11' .venv
    uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "$requirements"
}

# dev.txt holds everything of run.txt, so a finished dev environment also serves `run`.
wanted=$(cat requirements/run.txt requirements/dev.txt tools/bootstrap.sh | cksum)
if [ ! -x .venv/bin/python ] || ! { [ "$(cat ".venv/$kind.ready" 2>/dev/null)" = "$wanted" ] ||
    [ "$(cat .venv/dev.ready 2>/dev/null)" = "$wanted" ]; }; then
    echo "Preparing the environment …"
    if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then make_with_uv; else make_with_pip; fi
    packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    # The checkout itself is the installed program.
    pwd >"$packages/gucang.pth"
    printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m gucang.config.cli "$@"\n' "$PWD" >.venv/bin/gucang
    chmod +x .venv/bin/gucang
    echo "$wanted" >".venv/$kind.ready"
fi
.venv/bin/python tools/translations.py compile
