#!/usr/bin/env bash
# Set up what tests need, a browser included, and run them; arguments go to pytest.
source "$(dirname "$0")/environment.sh"

need_tools
# Chromium runs the journeys; Pango and HarfBuzz draw agreements as PDF.
system_packages chromium fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 || true
# The same browser without windows takes less of the processor, where the system has it.
if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
  system_packages chromium-headless-shell || true
fi
selection=()
if ! chromium --version >/dev/null 2>&1; then
  say "LEFT OUT: the tests in a real browser. Chromium is not here and could not be installed without root."
  say "  To run them too: sudo apt-get install chromium fonts-noto-cjk"
  selection=(-m "not browser")
fi
# What tests write outlives none of them: where memory has room for it, none waits for a disk.
readonly MEMORY=/dev/shm ROOM_KIB=4000000
if [ -z "${TMPDIR:-}" ] && [ -w $MEMORY ] && [ "$(df --output=avail $MEMORY | tail -n 1)" -gt $ROOM_KIB ] &&
  [ "$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)" -gt $((2 * ROOM_KIB)) ]; then
  export TMPDIR=$MEMORY
fi
# There is a process of tests for each core; threads of arithmetic beside them only wait for each other.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
if [ $# -gt 0 ]; then
  exec $VENV/bin/python -m pytest "${selection[@]}" "$@"
fi
exec $VENV/bin/python -m pytest "${selection[@]}" --quiet --numprocesses auto --dist loadgroup
