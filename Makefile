# One verb per chore, the same on a laptop and in CI. `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.lock
PACKAGE := $(VENV)/.package-installed
LOCKED := $(VENV)/.lock-installed
# Words after `make test ARGS=` go to pytest: make test ARGS="-k ttl -x"
ARGS ?=

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(LOCK)
	@touch $@

$(PACKAGE): $(LOCKED) pyproject.toml setup.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
