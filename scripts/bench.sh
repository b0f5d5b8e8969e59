#!/usr/bin/env bash
# Measure in folders of its own; `--write` keeps the table in docs/benchmarks.md, `--full` adds what takes long.
source "$(dirname "$0")/environment.sh"

need_tools
exec env PYTHONPATH=.:scripts $VENV/bin/python -m bench "$@"
