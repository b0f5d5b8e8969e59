"""Measure, and print one table.

A figure alone says little, because machines differ and others work on them; so each stands beside
something simple that was measured a moment before or after it, and the load of the machine is
printed with them.
"""
# ruff: noqa: T201  # a script, which speaks by printing

import argparse
import sys
from importlib import import_module
from typing import Final

from bench.table import Row, load, table
from web.config import PROJECT

PARTS: Final = ("town", "pages", "text", "market", "load", "area_profile", "scale", "country")
HEAD: Final = """# Benchmarks

`make bench` prints this table in a short form, `make bench-full` with the large runs; with `ARGS=--write` they keep it
here. `ARGS="--only market"` measures one part.
"""


def main() -> None:
    """Measure the parts that are asked for, print, and keep the table where that is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="also what takes long")
    options.add_argument("--only", action="append", choices=PARTS, help="measure this part alone")
    options.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    arguments = options.parse_args()
    before = load()
    rows: list[Row] = []
    for part in arguments.only or PARTS:
        for row in import_module(f"bench.{part}").rows(full=arguments.full):
            print(f"{part}: {row.what}: {row.figure} ({row.baseline}: {row.of_baseline})", file=sys.stderr, flush=True)
            rows.append(row)
    text = table(rows, before=before, after=load())
    print(text)
    if arguments.write:
        (PROJECT / "docs" / "benchmarks.md").write_text(f"{HEAD}\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
