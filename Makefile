# Each target sets up what it needs: python3, pip and make are enough.
PY := .venv/bin/python

.PHONY: chat test lint check bench lock clean twin soak

.venv/ready: requirements.lock
	python3 -m venv --without-pip .venv
	python3 -m pip --python $(PY) install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch .venv/ready

chat: .venv/ready
	@$(PY) -m bot chat

test: .venv/ready
	$(PY) -m pytest -n 2 tests/rules --cov --cov-report=term-missing:skip-covered
	$(PY) -m pytest -n 2 --dist worksteal --ignore tests/rules

lint: .venv/ready
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

check: .venv/ready
	$(PY) -m rules check

bench: .venv/ready
	$(PY) -m tests.bench
	$(PY) -m tests.botapi.bench_latency
	$(PY) -m tests.botapi.bench_cost
	$(PY) -m tests.bench.scale
	$(PY) -m tests.bench.scale --engine postgresql --studies 100 --events 100000

twin: .venv/ready
	$(PY) -m tests.twin

soak: .venv/ready
	RACERS=52 $(PY) -m pytest tests/races >&2
	$(PY) -m tests.soak

# For maintainers: needs uv on the PATH.
lock:
	uv pip compile --quiet --universal --extra dev --no-strip-extras --generate-hashes --no-emit-index-url --no-annotate -o requirements.lock pyproject.toml

clean:
	rm -rf .venv
