#!/usr/bin/env bash
# Set up everything, then serve until interrupted.
source "$(dirname "$0")/environment.sh"

scripts/setup.sh
exec $VENV/bin/flask --app wsgi serve --port "${PORT:-8000}"
