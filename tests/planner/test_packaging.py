"""The package as a stranger meets it: built, installed, imported beside files with unlucky names."""

import ast
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOMS = {
    "dualcontrol": "planner",
    "dualcontrol.model": "model",
    "dualcontrol.model.policy": "model/policy",
    "dualcontrol.model.audit": "model/audit",
    "dualcontrol.model.audit.reports": "model/audit/reports",
    "dualcontrol.model.reports": "model/reports",
    "dualcontrol.model.evaluation": "model/evaluation",
    "dualcontrol.model.allocation": "model/allocation",
    "dualcontrol.model.power": "model/power",
    "dualcontrol.model.trade": "model/trade",
    "dualcontrol.solvers": "solvers",
    "dualcontrol.scenarios": "scenarios",
    "dualcontrol.notebooks": "notebooks",
}
SCENARIO_FILES = {".toml", ".csv", ".md"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command, return its output; a failure shows what the command said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a wheel is made from, with one scenario more, so that the repository stays clean."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("planner", "model", "solvers", "scenarios", "notebooks"):
        shutil.copytree(repository / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "out"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, copy / name)
    probe = copy / "scenarios" / "probe-2022" / "tables"
    probe.mkdir(parents=True)
    (probe.parent / "scenario.toml").write_text('title = "探针"\n', encoding="utf-8")
    (probe.parent / "README.md").write_text("# 探针\n", encoding="utf-8")
    (probe / "units.csv").write_text("id,name\n00123,示例\n", encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the copy, without reaching for any package index."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--no-index", "--no-deps", "--target", target, wheel, cwd=target)
    return target


def expected_files(source: Path) -> dict[str, Path]:
    """Every file of the rooms that must be in the wheel, by its name there."""
    files: dict[str, Path] = {}
    for package, folder in ROOMS.items():
        inside = source / folder
        for path in inside.rglob("*"):
            relative = path.relative_to(inside)
            is_wanted = path.suffix == ".py"
            is_wanted |= package == "dualcontrol" and path.suffix in {".csv", ".typed"}
            is_wanted |= package == "dualcontrol.scenarios" and path.suffix in SCENARIO_FILES
            is_wanted |= package == "dualcontrol.notebooks" and path.suffix == ".ipynb"
            if path.is_file() and is_wanted and "__pycache__" not in path.parts:
                files[f"{package.replace('.', '/')}/{relative.as_posix()}"] = path
    return files


@pytest.mark.slow
def test_the_wheel_carries_every_module_and_scenario_byte_for_byte(wheel: Path, source: Path) -> None:
    # A subpackage that somebody adds and forgets to list in pyproject.toml is missing here.
    expected = expected_files(source)
    assert "dualcontrol/scenarios/probe-2022/tables/units.csv" in expected
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        assert set(expected) - names == set()
        assert [name for name, path in expected.items() if archive.read(name) != path.read_bytes()] == []


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dualcontrol"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_an_installed_package_is_not_shadowed_by_stray_files(
    installed: Path, source: Path, tmp_path: Path
) -> None:
    for name in ("model", "solvers", "planner", "scenarios", "schema", "ledger", "audit"):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('stray {name}.py')\n", encoding="utf-8")
    script = tmp_path / "notebook.py"
    script.write_text(
        "import importlib, pathlib\n"
        "import dualcontrol as dc\n"
        f"for name in {list(ROOMS)!r}:\n"
        "    print(pathlib.Path(importlib.import_module(name).__file__).parent)\n",
        encoding="utf-8",
    )
    printed = run(sys.executable, script, cwd=tmp_path, PYTHONPATH=str(installed)).splitlines()
    assert [Path(line).resolve() for line in printed] == [
        (installed / name.replace(".", "/")).resolve() for name in ROOMS
    ]
    scenarios = installed / "dualcontrol" / "scenarios"
    for path in (source / "scenarios").rglob("*"):
        if path.is_file() and path.suffix in SCENARIO_FILES:
            assert (scenarios / path.relative_to(source / "scenarios")).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("package", "folder"), ROOMS.items())
def test_the_development_install_reads_the_repository(package: str, folder: str, repository: Path) -> None:
    # `make test` installs in place: a new file is seen at once, without installing again.
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == (repository / folder / "__init__.py").resolve()


def test_every_room_is_declared(repository: Path) -> None:
    pyproject = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    settings = pyproject["tool"]["setuptools"]
    assert settings["package-dir"] == ROOMS
    assert set(settings["packages"]) == set(ROOMS)


# --- what the package needs


def requirements(repository: Path) -> dict[str, list[Requirement]]:
    """Requirements by group: `run` and the extras."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"run": project["dependencies"], **project["optional-dependencies"]}
    return {
        group: [Requirement(line) for line in lines if not line.startswith("dualcontrol[")]
        for group, lines in groups.items()
    }


def pins(repository: Path) -> dict[str, Version]:
    """Versions of the lock by canonical name; a line that is no plain pin fails."""
    found: dict[str, Version] = {}
    for line in (repository / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([A-Za-z0-9.!+]+)(; (?:sys_platform|python_version) .+)?", line)
        assert match, f"not a plain pin: {line!r}"
        found[canonicalize_name(match[1])] = Version(match[2])
    return found


def test_what_runs_is_bounded_on_both_sides(repository: Path) -> None:
    for requirement in requirements(repository)["run"]:
        operators = {part.operator for part in requirement.specifier}
        if requirement.name == "tzdata":  # data by calendar date: an old upper bound would be the mistake
            continue
        assert ">=" in operators, f"{requirement} has no lower bound"
        assert "<" in operators, f"{requirement} has no upper bound"


def test_the_lock_fulfils_every_requirement(repository: Path) -> None:
    locked = pins(repository)
    assert "dualcontrol" not in locked
    for group, wanted in requirements(repository).items():
        for requirement in wanted:
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{group}: {requirement} is not locked"
            assert requirement.specifier.contains(version), f"{group}: {requirement}, locked {version}"


IMPORTED_AS = {
    "pydantic_core": "pydantic",
    "_pytest": "pytest",
    "docx": "python-docx",
    "xdist": "pytest-xdist",
}  # a distribution may carry several packages


def imported_distributions(folder: Path) -> dict[str, Path]:
    """The distributions that the Python files of a folder import, each with one file that does."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for top in {name.split(".")[0] for name in names}:
                if top not in sys.stdlib_module_names and top not in {"dualcontrol", "tests", "benchmarks"}:
                    found[canonicalize_name(IMPORTED_AS.get(top, top))] = path
    return found


@pytest.mark.parametrize("folder", ["model", "solvers", "planner", "scenarios", "tests"])
def test_what_is_imported_is_declared(folder: str, repository: Path) -> None:
    # A package that happens to be in somebody's environment is missing in everybody else's.
    groups = requirements(repository)
    wanted = groups["run"] if folder != "tests" else [one for group in groups.values() for one in group]
    if folder == "model":  # the reader of MATPOWER files says what to install when its extra is missing
        wanted = [*wanted, *groups["power"]]
    if (
        folder == "planner"
    ):  # a batch on a cluster, a page with sliders and meter readings say what to install
        wanted = [*wanted, *groups["batch"], *groups["notebooks"], *groups["track"]]
    if folder == "scenarios":  # making the hourly series anew is nobody's daily work
        wanted = [*wanted, *groups["data"]]
    declared = {canonicalize_name(one.name) for one in wanted}
    undeclared = {
        name: path
        for name, path in imported_distributions(repository / folder).items()
        if name not in declared
    }
    assert undeclared == {}


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_the_front_pages_lead_somewhere(page: str, repository: Path) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", link):
            assert (repository / link.split("#")[0]).exists(), f"{page}: {link}"


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_set_up_takes_exactly_two_commands(page: str, repository: Path) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    first_block = re.search(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    assert first_block is not None
    commands = [line.split("#")[0].strip() for line in first_block[1].splitlines() if line.strip()]
    assert commands == ["make plan", "make test"]
