# One verb per chore, the same on a laptop and in CI. `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
# Twice quiet: errors only, not a line for every package.
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
LOCK := requirements/dev.lock
PACKAGE := $(VENV)/.package-installed
LOCKED := $(VENV)/.lock-installed
# Most tests wait for servers rather than compute, so four at a time suit two cores; those that
# measure time (marked `alone`) have the machine for themselves afterwards.
TOGETHER := -n 4 --dist worksteal
# Only files that have such tests are read for them.
ALONE = -m alone $(shell grep -rl --include='test_*.py' 'mark\.alone' tests)
# Words after `make test ARGS=` go to pytest: make test ARGS="-k ttl -x"
ARGS ?=
# Hundreds of processes start in a run of the tests: Python keeps what it has compiled, also where
# the shell says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the verbs.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(PACKAGE) ## Make .venv with the locked versions and the package, editable.

# A second call costs nothing; a changed lock or pyproject.toml installs again.
$(VENV)/.made:
	@PYTHON="$(PYTHON)" sh scripts/make-venv.sh $(VENV)
	@touch $@

$(LOCKED): $(VENV)/.made $(LOCK)
	@echo "Installing the locked versions: about a minute the first time"
	@$(PIP) install --require-hashes --requirement $(LOCK)
	@touch $@

$(PACKAGE): $(LOCKED) pyproject.toml setup.py
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: demo
demo: setup ## Run the main job for real on an embedded server, show it, stop.
	$(BIN)/fleeting demo

.PHONY: up
up: setup ## The same as demo, and stay: prints the addresses.
	$(BIN)/fleeting up --demo

.PHONY: test
test: setup ## Run the whole test suite: unit and integration.
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest $(TOGETHER) -m "not alone"
	$(BIN)/python -m pytest $(ALONE)
endif

.PHONY: test-unit
test-unit: setup ## Run the unit tests alone: no network, seconds.
	$(BIN)/python -m pytest tests/unit -n 2 $(ARGS)

.PHONY: soak
soak: setup ## Run scripts of all sorts for minutes, and see that nothing adds up.
	SOAK_RUNS=50000 $(BIN)/python -m pytest tests/integration/sandbox/test_soak.py -s $(ARGS)

.PHONY: faults
faults: setup ## Kill, stop and cut off workers and servers many times, count what is lost or doubled.
	$(BIN)/python -m tests.integration.faults $(ARGS)

.PHONY: fmt
fmt: setup ## Format the code, sort its imports, apply the safe fixes.
	$(BIN)/ruff check --fix-only --exit-zero --quiet .
	$(BIN)/ruff format .

.PHONY: lint
lint: setup ## Check style, types and the rings.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every branch of the rings that decide is run by the unit tests alone (pyproject.toml says which).
.PHONY: coverage
coverage: setup
	$(BIN)/python -m pytest tests/unit -n 2 --cov --cov-report=term-missing:skip-covered $(ARGS)

.PHONY: check
check: lint docs-check coverage ## Everything CI demands of a change, but the integration tests.

# scripts/reference.py writes the pages that are generated from code; --check fails on stale ones.
REFERENCE := $(wildcard scripts/reference.py)

.PHONY: docs
docs: setup ## Write the reference pages that are generated from code.
	$(if $(REFERENCE),$(BIN)/python $(REFERENCE))

.PHONY: docs-check
docs-check: setup
	$(if $(REFERENCE),$(BIN)/python $(REFERENCE) --check)

.PHONY: bench
bench: setup ## Measure beside Celery and other queues, as ratios (ARGS=--quick: does it run?).
	$(BIN)/python benchmarks/run.py $(ARGS)

.PHONY: mutants
mutants: setup ## Change the domain in small ways, see which changes no test notices, print the score.
	$(BIN)/python scripts/mutants.py

.PHONY: lock
lock: setup ## Choose versions again and write requirements/*.lock (UPGRADE=1: the newest).
	BIN="$(BIN)" sh scripts/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## Remove what the other verbs made.
	rm -rf $(VENV) .benchmarks .node build dist mutants htmlcov .coverage .coverage.* *.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
