# Two commands matter: `make lab` to study, `make test` to know that everything still holds.
# `make check` adds the slow and the browser tests; it is what CI runs.
# Everything below works from an empty machine with Python >= 3.11 and a package index.
# `make help` prints the words after ##.

PYTHON ?= python3
IN_ENV := .venv/bin/python
IP ?= 127.0.0.1
export PYTHONUTF8 := 1
# Files run in the order of collection: in the order of their number of tests, one worker ends up alone.
TWO_WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
# One thread for each of two test workers, and for the kernels that they start: more threads than cores
# wait for each other. Lesson 11 in JupyterLab took four times as long with them.
QUIET_THREADS := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 XLA_FLAGS=--xla_cpu_multi_thread_eigen=false
PYTEST := env $(QUIET_THREADS) $(IN_ENV) -m pytest $(TWO_WORKERS)
TIMED := $(PYTHON) tools/timed.py

.PHONY: help lab demo test check lint format notebooks run-sheets no-jax latency site site-check print versions wheel try-wheel constraints clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read name text; \
		do printf 'make %-12s %s\n' "$$name" "$$text"; done

lab: ## study: open the lessons in JupyterLab (IP=0.0.0.0 in a container with a published port)
	@$(PYTHON) tools/environment.py lab
	@$(IN_ENV) -m course_lib.app.cli lab --ip "$(IP)"

demo: ## teach: show the live demos on a projector (ONLY=02 for one lesson)
	@$(PYTHON) tools/environment.py demo
	@$(IN_ENV) -m course_lib.app.cli demo --ip "$(IP)" $(ONLY)

ifdef LESSON
test: ## maintain: style, types, imports, every claim, exercise and notebook (LESSON=07 for one lesson's)
	@$(PYTHON) tools/environment.py test site
	@$(PYTEST) -m "not browser and not slow" --lesson $(LESSON)
else
test:
	@$(TIMED) --new
	@$(TIMED) "style, types, imports" $(MAKE) --no-print-directory lint
	@$(TIMED) "fast tests" $(PYTEST) -m "not browser and not slow"
	@$(TIMED)
endif

check: ## everything in test, then the slow tests and those in a real browser; nothing is skipped
	@$(TIMED) --new
	@$(TIMED) installation $(PYTHON) tools/environment.py lab demo test browser hub site record torch
	@$(TIMED) Chromium $(IN_ENV) tools/install_chromium.py
	@$(TIMED) "style, types, imports; the site; the wheel" $(MAKE) --no-print-directory -j 2 lint site try-wheel
	@$(TIMED) "fast and slow tests" $(PYTEST) --no-skips -m "not browser"
	@$(TIMED) "tests in a browser" $(PYTEST) --no-skips tests/browser
	@$(TIMED)

lint: ## check style, types, direction of imports, declared dependencies, stored form of the notebooks
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) -m ruff check .
	@$(IN_ENV) -m ruff format --check .
	@$(IN_ENV) -m mypy
	@$(IN_ENV) -c "from importlinter.cli import lint_imports_command as c; c()"
	@$(IN_ENV) -m deptry . tools tests docs
	@$(IN_ENV) tools/execute_notebooks.py --check

format: ## put the code into the project's style
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) -m ruff check --fix .
	@$(IN_ENV) -m ruff format .

notebooks: ## run all lessons and all claims, and store what they show
	@$(PYTHON) tools/environment.py test site
	@$(IN_ENV) tools/execute_notebooks.py
	@$(IN_ENV) tools/evidence.py

run-sheets: ## write the instructor's run sheets from the lessons
	@$(PYTHON) tools/environment.py test
	@$(IN_ENV) tools/run_sheets.py

no-jax: ## try the lessons on exact problems as if JAX were not installed
	@$(PYTHON) tools/environment.py test
	@$(QUIET_THREADS) $(IN_ENV) -m pytest tests/notebooks/test_without_jax.py

site: ## build the website into build/site/html
	@$(PYTHON) tools/environment.py site
	@$(IN_ENV) tools/build_site.py

site-check: site ## build the website, then visit every page in a real browser
	@$(PYTHON) tools/environment.py test browser site
	@$(IN_ENV) tools/install_chromium.py
	@$(IN_ENV) -m pytest --no-skips tests/browser/test_site.py

print: site ## print the website's page of each lesson as a PDF
	@$(PYTHON) tools/environment.py browser site
	@$(IN_ENV) tools/print_lessons.py

versions: ## run the tests with the oldest and the newest dependencies, on Python 3.11 to 3.13 (needs uv)
	@$(PYTHON) tools/try_versions.py

latency: ## measure the time from a key press on a slider to the changed picture
	@$(PYTHON) tools/environment.py lab demo test browser
	@$(IN_ENV) tools/latency.py

wheel: ## build the wheel from the sdist, try it in an empty environment, and put it into dist
	@$(PYTHON) tools/environment.py test
	@$(IN_ENV) tools/check_wheel.py --keep dist

try-wheel:
	@$(PYTHON) tools/environment.py test
	@$(IN_ENV) tools/check_wheel.py

constraints: ## renew the pins from the ranges in pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --extra lab --extra demo --extra test --extra browser --extra hub --extra site --extra record --extra torch pyproject.toml -o constraints.txt --upgrade

clean: ## remove the environment and all caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
