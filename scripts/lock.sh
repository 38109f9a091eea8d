#!/usr/bin/env bash
# Writes requirements*.lock from pyproject.toml: names, versions and hashes, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock

compile() { # compile LOCK ARGUMENTS…
  local lock=$1
  shift
  .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
    --no-emit-find-links --custom-compile-command "make lock" ${UPGRADE:+--upgrade} -o "$lock" "$@"
}

compile requirements.lock pyproject.toml --extra scaled --group build
compile requirements-dev.lock pyproject.toml --extra scaled --group build --group dev -c requirements.lock
compile requirements-uv.lock --group installer
compile requirements-node.lock --group node
