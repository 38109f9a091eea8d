#!/usr/bin/env bash
# Every check, also after one has failed; the names of those that failed come last.
set -uo pipefail
cd "$(dirname "$0")/.."

PATH="$PWD/.venv/bin:$PWD/.venv/node:$PATH"
failed=()
check() { # check NAME COMMAND…
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  "$@" || failed+=("$name")
}

check "ruff" ruff check .
check "ruff format" ruff format --check .
check "mypy" mypy
check "mypy, helpers" mypy scripts hatch_build.py
check "layers" lint-imports
check "sizes" python scripts/check_sizes.py
check "eslint" npm --prefix frontend run --silent lint
check "tsc" npm --prefix frontend run --silent typecheck

if [ ${#failed[@]} -gt 0 ]; then
  printf '\nfailed: %s\n' "$(IFS=,; echo "${failed[*]}")"
  exit 1
fi
printf '\nall checks passed\n'
