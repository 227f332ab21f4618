# One command each; CI runs the same ones.
BIN ?= .venv/bin

.PHONY: demo test check bench lock venv
demo: venv
	$(BIN)/zopa demo --out out/demo
test: venv
	$(BIN)/pytest -q
check: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
bench: venv
	$(BIN)/python -m benchmarks
lock:
	$(BIN)/uv pip compile --universal --all-extras --python-version 3.11 --no-annotate --no-header pyproject.toml -o requirements.lock
venv: $(BIN)/zopa
$(BIN)/zopa: pyproject.toml
	python3 -m venv .venv
	$(BIN)/pip install -q -e '.[dev]' -c requirements.lock
	touch $@
