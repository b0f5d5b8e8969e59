#!/usr/bin/env bash
# Measure on the demo town in a folder of its own; `--write` keeps the table in docs/benchmarks.md.
source "$(dirname "$0")/environment.sh"

need_tools
exec env PYTHONPATH=. $VENV/bin/python scripts/bench.py "$@"
