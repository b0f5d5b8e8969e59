# What the other scripts share: a Python, a virtual environment with the locked packages, translations.
# Sourced, never run. Nothing is installed twice: a stamp in .venv names the lock that was installed.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VENV=.venv
LEAST_PYTHON="3.11"

# Settings for another kind of installation would keep packages out of the virtual environment.
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIREMENT PIP_CONSTRAINT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
export PYTHONUTF8=1

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "" "Stopped: $1"
  shift
  for line in "$@"; do say "  $line"; done
  exit 1
}

# as_root COMMAND…: run it as root, when this is root or sudo asks for no password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

# system_packages NAME…: install those that are missing; false where that is not possible here.
system_packages() {
  local missing=() name log
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 1
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  as_root true 2>/dev/null || return 1
  say "Installing system packages: ${missing[*]}"
  log=$(mktemp)
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 update </dev/null >"$log" 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -y --no-install-recommends \
      install "${missing[@]}" </dev/null >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 5 "$log" >&2
  rm -f "$log"
  return 1
}

is_new_enough() { "$1" -c "import sys; raise SystemExit(sys.version_info < (${LEAST_PYTHON/./, }))" 2>/dev/null; }
can_make_venvs() { "$1" -c "import ensurepip, venv" 2>/dev/null; }

# candidates: every Python that is new enough, the best known ones first.
candidates() {
  local name path
  for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python3.14 /usr/bin/python3; do
    path=$(command -v "$name" 2>/dev/null) && is_new_enough "$path" && printf '%s\n' "$path"
  done
  return 0
}

# find_python: print a Python that is new enough and can make virtual environments.
find_python() {
  local path version
  [ -n "$(candidates)" ] || system_packages python3 python3-venv || true
  for path in $(candidates); do
    if can_make_venvs "$path"; then
      printf '%s\n' "$path"
      return
    fi
  done
  for path in $(candidates); do
    version=$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if system_packages "python$version-venv" && can_make_venvs "$path"; then
      printf '%s\n' "$path"
      return
    fi
  done
  if [ -n "$(candidates)" ]; then
    give_up "Python is here, but it cannot make virtual environments." \
      "Install its venv module, then call make again:" \
      "  sudo apt-get update && sudo apt-get install python3-venv"
  fi
  give_up "Python $LEAST_PYTHON or newer is needed and was not found." \
    "Install it, or name it: PYTHON=/path/to/python3 make run"
}

# need_venv: make .venv, unless a good one is there already.
need_venv() {
  local python
  if [ -x $VENV/bin/python ] && is_new_enough $VENV/bin/python && $VENV/bin/python -m pip --version >/dev/null 2>&1; then
    return
  fi
  python=$(find_python)
  say "Making a virtual environment with $("$python" --version) in $VENV"
  rm -rf $VENV
  "$python" -m venv $VENV
}

# need_packages LOCK: install what the lock pins, unless exactly that was done already.
need_packages() {
  local lock=$1 sum stamp=$VENV/.installed-${1%.lock}
  sum=$(sha256sum "$lock" | cut -d ' ' -f 1)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ]; then
    say "Installing the Python packages of $lock (some minutes the first time)"
    $VENV/bin/python -m pip install --quiet --require-hashes --requirement "$lock" </dev/null ||
      give_up "the packages of $lock could not be installed." "What pip says stands above; the network may be away."
    printf '%s\n' "$sum" >"$stamp"
  fi
}

# need_translations: compile each catalogue that is newer than what was compiled from it.
need_translations() {
  local catalogue compiled
  for catalogue in web/translations/*/LC_MESSAGES/*.po; do
    [ -e "$catalogue" ] || continue
    compiled=${catalogue%.po}.mo
    if [ ! -e "$compiled" ] || [ "$catalogue" -nt "$compiled" ]; then
      $VENV/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "$compiled"
    fi
  done
}

# need_tools: all that tests and checks use; the development lock holds the run-time packages too.
need_tools() {
  need_venv
  need_packages requirements-dev.lock
  need_translations
}
