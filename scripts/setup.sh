#!/usr/bin/env bash
# Set up everything that serving needs: packages, translations, database, reference data, demo town, suggestions.
source "$(dirname "$0")/environment.sh"

need_venv
need_packages requirements.lock
need_translations
if [ "${ENISHI_ENV:-development}" = production ]; then
  $VENV/bin/flask --app wsgi prepare
else
  $VENV/bin/flask --app wsgi prepare --town
fi
