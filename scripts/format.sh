#!/usr/bin/env bash
# Format the code, and mend what the linter can mend by itself.
source "$(dirname "$0")/environment.sh"

need_tools
$VENV/bin/ruff check --fix --exit-zero .
$VENV/bin/ruff format .
