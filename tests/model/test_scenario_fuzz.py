"""Whatever bytes the files hold, the reader answers with a scenario or a ScenarioError, nothing else."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dualcontrol.messages import say
from dualcontrol.model.scenario import ScenarioError, load
from tests.model.corruption import SETTINGS, TABLES, cell, setting
from tests.model.scenario_factory import write_scenario

# Few tables, so that many examples take little time; among them every kind of column.
KEPT = ("sectors", "carriers", "grid_factors", "units", "unit_energy", "benchmarks", "unit_history")
FILES = ("scenario.toml", "units.csv", "unit_energy.csv", "benchmarks.csv", "unit_history.csv")
# Bytes that mean something to one of the readers, besides any byte at all.
MEANINGFUL = [
    *(b'"', b",", b"\n", b"\r", b"\t", b";", b" ", b"\x00", b"=", b"-", b".", b"'", b"\\", b"[", b"]", b"{"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xb2\xe2", "测".encode(), b"1", b"nan", b"1e400", b"9" * 5000),
]
mutations = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "delete", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(MEANINGFUL), st.binary(min_size=1, max_size=4)),
    ),
    min_size=1,
    max_size=5,
)


def _mutate(content: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for how, share, data in changes:
        place = int(share * len(content))
        if how == "insert":
            content = content[:place] + data + content[place:]
        elif how == "replace":
            content = content[:place] + data + content[place + len(data) :]
        elif how == "delete":
            content = content[:place] + content[place + 7 * len(data) :]
        else:
            content = content[:place] + content[max(0, place - 40) :]
    return content


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_scenario(Path(name) / "s", SETTINGS, **{name: TABLES[name] for name in KEPT})
        setting("", "gdp_base_wan_yuan = 1600")(folder)
        cell("units", 2, "green_base_mwh", "0")(folder)
        load(folder)
        yield folder


def _read(folder: Path, file: str, content: bytes) -> None:
    original = (folder / file).read_bytes()
    (folder / file).write_bytes(content)
    try:
        load(folder)
        return
    except ScenarioError as error:
        problems = error.problems
    finally:
        (folder / file).write_bytes(original)
    assert problems
    for problem in problems:
        place = {"file": problem.file, "row": problem.row, "column": problem.column, "value": problem.value}
        assert say(f"problem.{problem.rule}", "zh", **place, **problem.params)
        assert say(f"remedy.{problem.rule}", "en", **place, **problem.params)


@pytest.mark.slow
@given(st.sampled_from(FILES), mutations)
def test_mutated_files(folder: Path, file: str, changes: list[tuple[str, float, bytes]]) -> None:
    _read(folder, file, _mutate((folder / file).read_bytes(), changes))


@pytest.mark.slow
@given(st.sampled_from(FILES), st.binary(max_size=300))
@example("scenario.toml", b"a = " + b"[" * 5000)
@example("scenario.toml", b"base_year = " + b"9" * 5000)
@example("units.csv", b'"' + b"x" * 200_000 + b'"\n')
def test_any_bytes(folder: Path, file: str, content: bytes) -> None:
    _read(folder, file, content)
