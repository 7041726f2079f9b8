# Everything a newcomer needs: `make run` shows the program, `make test` tests it, `make help` lists the rest.
# Each target sets up what it needs first, once; see .ci/set_up.py.

BIN := .venv/bin
ARGS ?=
export PHOTOS LIBRARY PYTHON

.DEFAULT_GOAL := help
.PHONY: help run window test check bench screenshots format set-up-run set-up-check set-up-test set-up-bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: set-up-run ## scan, tag and describe PHOTOS=/some/folder (else the sample photos), then open the window
	@.ci/main-job

window: set-up-run ## open the window on your library, or on LIBRARY=file.altfolio
	@if [ -n "$$LIBRARY" ]; then exec $(BIN)/altfolio --library "$$LIBRARY"; else exec $(BIN)/altfolio; fi

test: set-up-test ## run all tests; ARGS='tests/storage -k scan' runs some
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: set-up-check ## style, types, imports and sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks.sizes

bench: set-up-bench ## measure every stage against a peer and a limit, 36 minutes; ARGS=--quick is shorter
	$(BIN)/python -m benchmarks.table --json build/bench.json $(ARGS)

screenshots: set-up-test ## take the pictures of the window in docs/ anew
	$(BIN)/python docs/take_screenshots.py

format: set-up-check ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

set-up-run set-up-check set-up-test set-up-bench: set-up-%:
	@python=$$(.ci/find-python) && "$$python" .ci/set_up.py $*

clean: ## remove everything that was made here, the virtual environment too
	rm -rf .venv build dist .cache *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
