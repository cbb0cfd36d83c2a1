# Two commands do all set-up: `make run` and `make test`. Both work with or without root, from a path with spaces.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test lint bench clean

.venv/.run: requirements.txt
	"$(PYTHON)" scripts/setup.py run

.venv/.test: requirements.txt requirements-dev.txt
	"$(PYTHON)" scripts/setup.py test

run: .venv/.run
	"$(BIN)/python" -m xczg init --example
	"$(BIN)/python" -m xczg serve --host $(HOST) --port $(PORT)

test: .venv/.test
	"$(PYTHON)" scripts/setup.py browser
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"
	"$(BIN)/python" -m pytest -n 2

lint: .venv/.test
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"

bench: .venv/.test
	"$(BIN)/python" -m benchmarks

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
