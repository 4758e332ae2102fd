# Everything happens in .venv, which is made when a rule first needs it. Another Python: `make test PYTHON=python3.13`.

PYTHON ?= $(shell for python in python3.11 python3; do $$python -c "" 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FUZZER := $(VENV)/.fuzzer
EXTRAS := dev,postgres,mcp

.DEFAULT_GOAL := help
.PHONY: help demo run test coverage check format bench bench-accuracy fuzz-api torture fuzz prove-defences picture audit lock install clean

help: ## List these rules
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

demo: $(INSTALLED) ## Install what is needed and show an attribution from start to end
	@$(BIN)/whichrun demo

run: $(INSTALLED) ## Serve on this machine, with fresh secrets in .env the first time
	@test -e .env || $(BIN)/whichrun init
	$(BIN)/whichrun serve

# Three at a time keep two cores busy: whole services spend half of their time waiting.
test: $(INSTALLED) ## Run all tests (TESTS=... for a part)
	$(BIN)/pytest -n 3 --dist worksteal $(TESTS)

coverage: $(INSTALLED) ## Measure which lines tests reach, which doubles their time
	$(BIN)/pytest -n 2 --dist worksteal -m "not uncounted" --cov --cov-report=term

check: $(INSTALLED) ## Lint, formatting, types, import rules, what is installed fits together
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

format: $(INSTALLED) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(INSTALLED) ## Measure this service against a bare one and the last figures (ARGS=--quick, --keep, ...)
	$(BIN)/python -m tests.bench $(ARGS)

bench-accuracy: $(INSTALLED) ## Hold generated conversations with known truth against the answers (ARGS="--seed 7")
	$(BIN)/python -m tests.bench.accuracy $(ARGS)

fuzz-api: $(INSTALLED) ## Hold the API against its own document for some minutes, with other requests each time
	WHICHRUN_TEST_FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest -q tests/receiver/test_api_contract.py

torture: $(INSTALLED) ## Make every fault that tests know, in full, for an hour or more (ARGS="kills --database sqlite")
	$(BIN)/python -m tests.torture $(ARGS)

fuzz: $(FUZZER) ## Throw coverage-guided input at each parser for some minutes (ARGS="--seconds 600 comments")
	$(BIN)/python -m tests.fuzz $(ARGS)

prove-defences: $(INSTALLED) ## Take each defence of deploy/security.md out, and see its test fail, in some minutes
	$(BIN)/python -m tests.defences $(ARGS)

picture: $(INSTALLED) ## Take the picture of the page that the README shows (needs Chromium)
	$(BIN)/python -m tests.support.picture deploy/page.png

audit: $(INSTALLED) ## Ask whether a version in constraints.txt is known to be vulnerable
	$(BIN)/python -m tests.audit

lock: ## Renew constraints.txt: the newest versions that fit pyproject.toml
	$(check-python)
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --quiet pip-tools
	build/lock/bin/pip-compile --quiet --upgrade --all-extras --strip-extras --no-header --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file=build/lock/versions.txt pyproject.toml
	@{ sed '/^[^#]/,$$d' constraints.txt; cat build/lock/versions.txt; } > build/lock/constraints.txt
	@mv build/lock/constraints.txt constraints.txt && rm -rf build/lock

install: $(INSTALLED) ## Make .venv with the versions of constraints.txt (the other rules do it by themselves)

clean: ## Remove .venv and all that was computed; .env and databases stay
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* htmlcov .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

define check-python
	@test -n "$(PYTHON)" || { echo "There is no python3.11 or python3 here. Name one: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "whichrun needs Python 3.11 or newer; $(PYTHON) is not. Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
endef

$(INSTALLED): pyproject.toml constraints.txt
	$(check-python)
	@echo "Installing into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $@

$(FUZZER): $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable ".[$(EXTRAS),fuzz]"
	@touch $@
