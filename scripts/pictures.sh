#!/usr/bin/env bash
# Take the pictures of the main pages in docs/pictures/ anew, from a demo town of their own at a fixed hour.
source "$(dirname "$0")/environment.sh"

need_tools
need_translations
system_packages chromium fonts-noto-cjk pngquant ||
  give_up "pictures need chromium, fonts-noto-cjk and pngquant." "sudo apt-get install chromium fonts-noto-cjk pngquant"
rm -f docs/pictures/*.png
PYTHONPATH=.:scripts $VENV/bin/python -m bench.pictures docs/pictures
# Few colours are enough for pages, and keep the repository light.
pngquant --ext .png --force --skip-if-larger --speed 1 48 docs/pictures/*.png
