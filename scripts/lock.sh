#!/usr/bin/env bash
# Pin every package, with hashes, for every platform and every Python from 3.11 on.
source "$(dirname "$0")/environment.sh"

pin=$(command -v uv || true)
if [ -z "$pin" ]; then
  tools=$(mktemp -d)
  trap 'rm -rf "$tools"' EXIT
  "$(find_python)" -m venv "$tools"
  "$tools/bin/python" -m pip install --quiet uv
  pin=$tools/bin/uv
fi

compile() {
  "$pin" pip compile pyproject.toml "$@" --quiet --universal --python-version "$LEAST_PYTHON" --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate
}

compile --output-file requirements.lock
compile --extra pdf --output-file requirements-pdf.lock
compile --group dev --output-file requirements-dev.lock
