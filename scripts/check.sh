#!/usr/bin/env bash
# Look at format, lint, types, layers and templates; every look is taken, then the outcome is told.
source "$(dirname "$0")/environment.sh"

need_tools
failed=()

look() {
  local name=$1
  shift
  say "— $name"
  "$@" || failed+=("$name")
}

look "format" $VENV/bin/ruff format --check .
look "lint" $VENV/bin/ruff check .
look "types" $VENV/bin/mypy
look "types of what measures" env MYPYPATH=.:scripts $VENV/bin/mypy --package bench --explicit-package-bases
look "layers" env PYTHONPATH=. $VENV/bin/lint-imports --no-cache --no-logo
look "templates" $VENV/bin/djlint --lint --quiet web/templates
look "shell" bash -n scripts/*.sh .ci/run

[ ${#failed[@]} -eq 0 ] || give_up "these did not pass: ${failed[*]}"
say "All checks passed."
