#!/usr/bin/env bash
# Collect the texts of pages and mails into the catalogues, and compile them.
source "$(dirname "$0")/environment.sh"

need_tools
texts=$(mktemp)
trap 'rm -f "$texts"' EXIT
$VENV/bin/pybabel --quiet extract --mapping-file scripts/messages.cfg --keyword _l --keyword _n:1,2 --no-location \
  --sort-output --omit-header --output-file "$texts" web
for catalogue in web/translations/*/LC_MESSAGES/messages.po; do
  [ -e "$catalogue" ] || continue
  language=${catalogue#web/translations/}
  $VENV/bin/pybabel --quiet update --input-file "$texts" --output-file "$catalogue" --locale "${language%%/*}" \
    --no-fuzzy-matching --ignore-obsolete --width 120
done
need_translations
