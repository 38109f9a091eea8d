#!/usr/bin/env bash
# Runs every test. Arguments go to pytest, and then the page's tests are left out.
set -uo pipefail
cd "$(dirname "$0")/.."

export OMP_NUM_THREADS=1 # two test processes on two cores: numpy must not start threads of its own
PATH="$PWD/.venv/node:$PATH"

if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest "$@"; fi

color=no
if [ -t 1 ]; then color=yes; else export NO_COLOR=1; fi # through a pipe pytest would leave colours out
options=(--color=$color --durations=10 --durations-min=5) # the slowest, in seconds
closing=()
status=0
run() { # run TITLE COMMAND…: shows the output, keeps the line with the counts for the end
  local title=$1 log code
  shift
  log=$(mktemp)
  printf '\n== %s\n' "$title"
  "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  [ "$code" = 0 ] || status=1
  closing+=("$title: $(grep -E '[0-9]+ (passed|failed|error|deselected)' "$log" | tail -n 1) (exit $code)")
  rm -f "$log"
}

run "page" npm --prefix frontend test --silent
run "pytest, two at a time" .venv/bin/python -m pytest "${options[@]}" -n 2 --dist loadgroup -m "not faults and not browser"
# A file at a time in each process: they start servers and browsers of their own, and wait more than they work.
run "pytest, faults and browser" .venv/bin/python -m pytest "${options[@]}" -n 2 --dist loadfile -m "faults or browser"

printf '\n'
printf '%s\n' "${closing[@]}"
exit "$status"
