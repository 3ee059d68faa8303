# Everything runs in .venv, made from pinned requirements; Node comes with them.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
NODE := node_modules/aws-cdk/package.json

.DEFAULT_GOAL := help
.PHONY: help setup demo campaign up test mutation check bench screenshots clean

help: ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: $(INSTALLED) $(NODE) ## install everything into .venv and node_modules

# --no-deps: the requirements name every package already, and one of them (rapidocr) asks for a
# build of OpenCV that needs a display; the headless build stands in for it.
$(INSTALLED): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true # on every core; what is a template does not compile
	@touch $@

$(NODE): package.json $(INSTALLED)
	$(BIN)/npm install --silent --no-package-lock --no-audit --no-fund
	@touch $@

demo: setup ## the whole journey on this machine; MEDIA=DIR sends the clips under DIR
	@$(BIN)/python -m local_cloud.demo $(if $(MEDIA),--media "$(MEDIA)")

campaign: setup ## a batch of licensed footage on this machine, from the search to the archive
	@$(BIN)/python -m local_cloud.campaign_demo

up: setup ## the demo's cloud, edge agent and console, until Ctrl-C
	@$(BIN)/python -m local_cloud.up

test: setup ## every test that needs no display; ARGS="tests/unit -x" runs some
	@$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),$(BIN)/python tests/support/side_by_side.py)

mutation: setup ## take each permission away and see a test fail; writes docs/mutation.md
	@PYTHONPATH=.:tests/support $(BIN)/python tests/support/mutation.py

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	MYPYPATH=lambdas/classify:lambdas/layer $(BIN)/mypy lambdas/classify # by itself: each has a module named handler
	MYPYPATH=lambdas/alert:lambdas/layer $(BIN)/mypy lambdas/alert lambdas/layer
	MYPYPATH=lambdas/campaign:lambdas/layer $(BIN)/mypy lambdas/campaign
	MYPYPATH=lambdas/costs:lambdas/layer $(BIN)/mypy lambdas/costs

bench: setup ## benchmarks into build/bench; ONLY=name runs one
	@$(BIN)/python -m benchmarks $(ONLY)

screenshots: setup ## the pictures of the console's pages in docs/images; needs Chromium
	@$(BIN)/python -m local_cloud.screenshots

clean: ## remove what was built, not what was installed
	rm -rf build cdk.out .pytest_cache .mypy_cache .ruff_cache
