# Two commands matter: `make plan` and `make test`. Everything lives in .venv, build, out and site.
# pip takes the package index that is set up on the machine; none is named here.

PYTHON ?= python3
SCENARIO ?= scenarios/dalad-2022
OUT ?= out/$(notdir $(SCENARIO))
BENCH ?=
PYTEST_ARGS ?=
CLAUSES ?=

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What `make test` leaves out: a browser, an office program, injected faults, and what takes long; `make test-slow` runs it.
QUICK := not slow and not browser and not office and not fault and not mutation

.PHONY: wheelhouse help plan test mutate effects test-slow test-all check format docs lock bench clean

help:
	@echo "make plan     create .venv, install, solve $(SCENARIO) into $(OUT)"
	@echo "make test     install what the tests need and run the quick suites"
	@echo "make mutate   switch each clause of the plan off and see that its tests notice"
	@echo "make check    style, types, import rules, documentation"
	@echo "make test-all every suite; make format; make docs; make lock; make clean"
	@echo "make wheelhouse  pack wheels and start.bat for offices without internet"
	@echo "make bench    speed and memory against linopy, PyPSA and Pyomo (about ten minutes; BENCH=handover for one)"

## The virtual environment. A stamp is newer than what it was made from, so nothing is installed twice.

.venv/made:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "没有找到 $(PYTHON)。请安装 Python 3.11 或更新版本。" >&2; \
	  echo "$(PYTHON) not found. Install Python 3.11 or later (Debian, Ubuntu: apt-get install python3 python3-venv)." >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新版本；可用 make plan PYTHON=python3.11 指定。" >&2; \
	  echo "Python 3.11 or later is needed, this is $$("$(PYTHON)" --version 2>&1); try: make plan PYTHON=python3.11" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "本机的 Python 缺少 venv。Debian/Ubuntu 请先运行：apt-get install python3-venv" >&2; \
	  echo "This Python cannot create a virtual environment. On Debian or Ubuntu first run: apt-get install python3-venv" >&2; \
	  exit 1; }
	@[ -x $(BIN)/python ] || { echo "creating .venv"; "$(PYTHON)" -m venv .venv; }
	@touch $@

# What a plan needs and no more, at the versions of the lock.
.venv/run: .venv/made requirements.lock pyproject.toml
	@echo "installing dualcontrol and what it needs (once, about a minute)"
	@$(PIP) install -c requirements.lock setuptools
	@$(PIP) install -c requirements.lock --no-build-isolation -e '.[power]'
	@touch $@

# The complete lock: tests, notebooks, documentation, checks.
.venv/all: requirements.lock | .venv/run
	@echo "installing what tests and checks need (once, about two minutes)"
	@$(PIP) install -r requirements.lock
	@touch $@

## A plan

plan: .venv/run
	@$(BIN)/dualcontrol solve "$(SCENARIO)" --out "$(OUT)"
	@echo
	@echo "结果 / result: $(OUT)"
	@echo "  budget.xlsx      先看这个 / look here first: 总览、企业、项目、统筹池"
	@echo "  summary.json     结论与校核 / result and check"
	@echo "  quotas.csv, projects.csv, ledger.csv, constraints.csv"

## Tests and checks

test: .venv/all
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "$(QUICK)" $(PYTEST_ARGS)

# What `make test` leaves out for its time or its office program; continuous integration runs it all, and `mutate`.
test-slow: .venv/all
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "slow or office or browser or fault" $(PYTEST_ARGS)

# Each clause of the plan switched off in turn, through the command line: its own tests must notice.
mutate: .venv/all
	$(BIN)/python -m tests.clauses.mutate $(CLAUSES)

# What each clause moves in Dalad's plan; then the pages are made again.
effects: .venv/all
	$(BIN)/python -m dualcontrol.effects scenarios/dalad-2022 docs/effects-dalad-2022.csv
	$(BIN)/python -m dualcontrol.reference docs

test-all: .venv/all
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# mypy and import-linter cannot follow an editable install whose folders are mapped to other names,
# so they read an ordinary one, made anew in build/check from a copy without old build products.
check: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@rm -rf build
	@$(PIP) install --no-deps --no-build-isolation --no-warn-conflicts --target build/check .
	MYPYPATH=build/check $(BIN)/mypy --cache-dir .mypy_cache -p dualcontrol \
	  | sed -e 's#^build/check/dualcontrol/\(model\|solvers\|scenarios\)/#\1/#' -e 's#^build/check/dualcontrol/#planner/#'
	PYTHONPATH=build/check $(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

format: .venv/all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/all
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir site

# The oldest supported Python needs the most packages, so the lock is made with it.
lock:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "make the lock with Python 3.11: make lock PYTHON=python3.11" >&2; exit 1; }
	rm -rf build/lock
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check --quiet install ".[dev]"
	build/lock/bin/python -m pip freeze --all | "$(PYTHON)" .ci/lock.py > build/requirements.lock
	mv build/requirements.lock requirements.lock

## Measurements. The peers live in an environment of their own, so that nothing of theirs becomes ours.

.venv-peers/made: benchmarks/requirements.txt requirements.lock pyproject.toml | .venv/made
	@echo "installing what is measured against (once, about two minutes)"
	@[ -x .venv-peers/bin/python ] || "$(PYTHON)" -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install -c requirements.lock setuptools
	@.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install -c requirements.lock \
	  --no-build-isolation -e '.[power]' -r benchmarks/requirements.txt
	@touch $@

bench: .venv-peers/made
	.venv-peers/bin/python -m benchmarks $(BENCH)

# Everything an office without internet needs, with start.bat: dist/offline.
wheelhouse: .venv/run
	$(BIN)/python .ci/wheelhouse.py

# out/ holds plans somebody may need: it is left alone.
clean:
	rm -rf .venv .venv-peers build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
