#!/bin/sh
# Rebuilds scripts and styles from their sources. With --check, fails when the committed result differs.
set -eu
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Node is not installed, so the committed scripts and styles are used as they are."
    exit 0
fi
wanted=$(cat package.json package-lock.json | cksum)
if [ "$(cat node_modules/.ready 2>/dev/null)" != "$wanted" ]; then
    npm ci --no-audit --no-fund --loglevel=error
    echo "$wanted" >node_modules/.ready
fi
node tools/build_assets.mjs
if [ "${1:-}" = --check ] && [ -n "$(git status --porcelain -- gucang/surface/static/dist)" ]; then
    git --no-pager diff --stat -- gucang/surface/static/dist
    echo "gucang/surface/static/dist is not what its sources give; run “make assets” and commit the result." >&2
    exit 1
fi
