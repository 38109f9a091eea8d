#!/usr/bin/env bash
# serve.sh HOME ARGUMENTS…: loads the demo company into a home that holds nothing yet, then serves it.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$1
shift
marker="$home/.demo-unfinished" # a demo that was interrupted is taken up again; somebody's own data isn't touched

if [ -z "$(ls -A "$home" 2>/dev/null)" ]; then
  mkdir -p "$home"
  touch "$marker"
fi
if [ -e "$marker" ]; then
  .venv/bin/reposto demo --home "$home"
  rm -f "$marker"
fi
exec .venv/bin/reposto serve --home "$home" "$@"
