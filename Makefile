# Each target is one script; `make help` says what they do.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test coverage check fmt bench bench-full pictures messages lock

help: ## Say what can be done here
	@echo "make <target>, where <target> is one of:"
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/  \1\t\2/p' Makefile | expand -t 14
	@echo "PORT=8001 make run serves on another port; make test ARGS='-k audit' runs a part of the tests."

setup: ## Set up everything: Python packages, translations, database, demo town
	@scripts/setup.sh

run: ## Set up everything and serve on http://127.0.0.1:8000
	@scripts/run.sh

test: ## Set up what tests need, a browser included, and run them all
	@scripts/test.sh $(ARGS)

coverage: ## Run all tests and say which branches none of them takes
	@scripts/test.sh --quiet --numprocesses auto --dist loadgroup --cov --cov-report=term

check: ## Look at format, lint, types, layers and templates
	@scripts/check.sh

fmt: ## Format the code and mend what can be mended by itself
	@scripts/format.sh

bench: ## Measure, and print one table with a baseline beside each figure
	@scripts/bench.sh $(ARGS)

bench-full: ## The same with the large runs, which take long
	@scripts/bench.sh --full $(ARGS)

pictures: ## Take the pictures of the main pages in docs/pictures anew
	@scripts/pictures.sh

messages: ## Collect the texts of pages and mails into the catalogues
	@scripts/messages.sh

lock: ## Pin every package that the project stands on
	@scripts/lock.sh
