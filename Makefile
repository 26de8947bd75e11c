# Two commands matter: `make lab` to study, `make test` to know that everything still holds.
# `make check` adds the slow and the browser tests; it is what CI runs.
# Everything below works from an empty machine with Python >= 3.11 and a package index.

PYTHON ?= python3
IN_ENV := .venv/bin/python
IP ?= 127.0.0.1
export PYTHONUTF8 := 1
# In the order of collection, where the longest files come first: else one worker ends up alone.
TWO_WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
# One thread for each of two test workers: two pools of threads on two cores only get in each other's way.
QUIET_THREADS := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 XLA_FLAGS=--xla_cpu_multi_thread_eigen=false

.PHONY: help lab demo test check lint format notebooks run-sheets latency site site-check print versions wheel constraints clean

help:
	@echo "make lab        study: opens the lessons in JupyterLab (IP=0.0.0.0 for a published port)"
	@echo "make demo       teach: shows the live demos on a projector (ONLY=02 for one lesson)"
	@echo "make test       maintain: style, types, imports, every claim, exercise and notebook"
	@echo "make check      the same, then the slow tests and those in a real browser"
	@echo "make format     put the code into the project's style"
	@echo "make notebooks  run all lessons and all claims, and store what they show"
	@echo "make run-sheets write the instructor's run sheets from the lessons"
	@echo "make wheel      build the wheel, and try it in an empty environment"
	@echo "make site       build the web site into build/site/html"
	@echo "make site-check the same, then visit every page in a real browser"
	@echo "make latency    measure the sliders: key press to changed picture"

lab:
	@$(PYTHON) tools/environment.py lab
	@$(IN_ENV) -m course_lib.app.cli lab --ip "$(IP)"

demo:
	@$(PYTHON) tools/environment.py demo
	@$(IN_ENV) -m course_lib.app.cli demo --ip "$(IP)" $(ONLY)

test: lint
	@$(QUIET_THREADS) $(IN_ENV) -m pytest -m "not browser and not slow" $(TWO_WORKERS)

lint:
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) -m ruff check .
	@$(IN_ENV) -m ruff format --check .
	@$(IN_ENV) -m mypy
	@$(IN_ENV) -c "from importlinter.cli import lint_imports_command as c; c()"
	@$(IN_ENV) tools/execute_notebooks.py --check

format:
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) -m ruff check --fix .
	@$(IN_ENV) -m ruff format .

check: test site
	@$(PYTHON) tools/environment.py lab demo test browser site record
	@$(IN_ENV) tools/install_chromium.py
	@$(QUIET_THREADS) $(IN_ENV) -m pytest -m slow $(TWO_WORKERS)
	@$(IN_ENV) -m pytest -m browser $(TWO_WORKERS)
	@$(IN_ENV) tools/check_wheel.py

notebooks:
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) tools/execute_notebooks.py
	@$(IN_ENV) tools/evidence.py

site:
	@$(PYTHON) tools/environment.py site
	@$(IN_ENV) tools/build_site.py

site-check: site
	@$(PYTHON) tools/environment.py test browser site
	@$(IN_ENV) -m pytest tests/browser/test_site.py

# Each lesson as a PDF, from its page.
print: site
	@$(PYTHON) tools/environment.py browser site
	@$(IN_ENV) tools/print_lessons.py

# The oldest and the newest dependencies, on every Python at hand; with uv.
versions:
	@$(PYTHON) tools/try_versions.py

run-sheets:
	@$(PYTHON) tools/environment.py test
	@$(IN_ENV) tools/run_sheets.py

latency:
	@$(PYTHON) tools/environment.py lab demo test browser
	@$(IN_ENV) tools/latency.py

# The wheel as who has no checkout gets it: built from the sdist, tried in an empty environment.
wheel:
	@$(PYTHON) tools/environment.py test
	@$(IN_ENV) tools/check_wheel.py

# For maintainers, with uv: new pins from the ranges in pyproject.toml.
constraints:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --extra lab --extra demo --extra test --extra browser --extra site --extra record pyproject.toml -o constraints.txt --upgrade

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
