"""Sweep files: what they mean, and every problem of every variant told at once."""

from pathlib import Path
from typing import Any

import pytest

from dualcontrol.batch_sweep import OFF, read_sweep
from dualcontrol.model.scenario import ScenarioError, load

INCREMENT, REDUCTION = "targets.increment_tce_eq", "targets.intensity_reduction"


@pytest.fixture
def written(tmp_path: Path, scenarios_folder: Path) -> Any:
    def writing(text: str, csv: str | None = None) -> Path:
        path = tmp_path / "sweep.toml"
        base = f'scenario = "{(scenarios_folder / "two-firms").as_posix()}"\n'
        path.write_text(base + text, encoding="utf-8")
        if csv is not None:
            (tmp_path / "more.csv").write_text(csv, encoding="utf-8")
        return path

    return writing


def refused(path: Path) -> list[tuple[str, int | None, str | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_sweep(path)
    return [(p.file, p.row, p.column, p.rule) for p in caught.value.problems]


def test_grid_list_and_csv_together(written: Any, scenarios_folder: Path) -> None:
    path = written(
        """csv = "more.csv"
        [common]
        policy.reserve_share = 0.1
        [grid]
        targets.increment_tce_eq = [90, 100]
        "projects.P.start_month" = [1, 7]
        [[list]]
        name = "late"
        projects.P.start_month = 13
        [[list]]
        """,
        "name,targets.increment_tce_eq,projects.P.review\nfirst,80,\n,,pending\n\n",
    )
    seen: list[tuple[int, int]] = []
    sweep = read_sweep(path, lambda done, of: seen.append((done, of)))
    start = "projects.P.start_month"
    own = [
        {key: value for key, value in variant.overrides.items() if key != "policy.reserve_share"}
        for variant in sweep.variants
    ]
    assert own == [
        *({INCREMENT: increment, start: month} for increment in (90, 100) for month in (1, 7)),
        {start: 13},
        {},
        {INCREMENT: 80},
        {"projects.P.review": "pending"},
    ]
    assert all(variant.overrides["policy.reserve_share"] == 0.1 for variant in sweep.variants)
    assert [variant.name for variant in sweep.variants[3:]] == [
        f"{INCREMENT}=100; {start}=7", "late", "base", "first", "projects.P.review=pending",
    ]  # fmt: skip
    assert seen == [(n, 8) for n in range(1, 9)]
    # what is tried is what `load` makes of the overrides; alternatives and simple rules are off
    folder = scenarios_folder / "two-firms"
    expected = load(folder, {**OFF, "policy.reserve_share": 0.1, INCREMENT: 100, start: 7})
    assert sweep.inputs[4] == expected.content_hash
    assert not expected.settings.agenda.simple_rules
    assert sweep.inputs[3] == sweep.inputs[6]  # an increment of 100 and a start in month 1 are the base's own
    assert len(set(sweep.inputs.values())) == 7


def test_what_the_sweep_sets_itself_is_not_switched_off(written: Any) -> None:
    sweep = read_sweep(written("[[list]]\nagenda.simple_rules = true\n"))
    assert sweep.variants[0].all_overrides["agenda.simple_rules"] is True
    assert sweep.variants[0].all_overrides["agenda.most_alternatives"] == 0


def test_every_problem_of_every_variant_at_once(written: Any) -> None:
    path = written(
        """csv = "more.csv"
        [grid]
        targets.intensity_reduction = [0.03, 3.0]
        targets.increments = [1, 2]
        [[list]]
        projects.P.start_month = 14
        projects.Q.start_month = 1
        """,
        "targets.increment_tce_eq,projects.P.value_added_wan_yuan\n-1,1.000,5\nmany,\n,12%\n",
    )
    assert set(refused(path)) == {
        ("more.csv", 2, None, "row_length")
    }  # the file first: it says what the variants are
    path = written(
        path.read_text(encoding="utf-8").partition("\n")[2],
        "targets.increment_tce_eq,projects.P.value_added_wan_yuan\nmany,\n,12%\n",
    )
    assert set(refused(path)) == {
        ("sweep.toml[1](+1)", None, "targets.increments", "unknown_setting"),
        ("sweep.toml[2](+1)", None, "targets.increments", "unknown_setting"),
        ("sweep.toml[3](+1)", None, REDUCTION, "not_below"),
        ("sweep.toml[5]", None, "projects.P.start_month", "above_maximum"),
        ("sweep.toml[5]", None, "projects.Q.start_month", "unknown_row"),
        ("sweep.toml[6]", None, INCREMENT, "not_a_number"),
        ("sweep.toml[7]", None, "projects.P.value_added_wan_yuan", "percent_sign"),
    }


@pytest.mark.parametrize(
    ("text", "csv", "column", "rule"),
    [
        ("", None, None, "sweep_empty"),
        ("[grids]\nx = [1]\n", None, "grids", "unknown_setting"),
        ("[grid]\ntargets.increment_tce_eq = 100\n", None, INCREMENT, "wrong_type"),
        ("[grid]\ntargets.increment_tce_eq = []\n", None, INCREMENT, "wrong_type"),
        ("grid = 1\n", None, "grid", "wrong_type"),
        ("[list]\nname = 'x'\n", None, "list", "wrong_type"),
        ("[[list]]\nname = 1\n", None, "name", "wrong_type"),
        ("[[list]]\nname = 'x'\n[[list]]\nname = 'x'\n", None, "name", "sweep_name_twice"),
        ("csv = 1\n", None, "csv", "wrong_type"),
        ("csv = 'mor.csv'\n", "x\n", None, "sweep_no_file"),
        ("csv = 'more.csv'\n", "name,a,a\n", "a", "duplicate_heading"),
        ("csv = 'more.csv'\n", "name,\nx,1\n", None, "empty_heading"),
        ("csv = 'more.csv'\n", 'name\n"x\n', None, "csv_syntax"),
        ("[grid\n", None, None, "toml_syntax"),
        (
            "[grid]\n" + "".join(f"targets.k{n} = {list(range(10))}\n" for n in range(6)),
            None,
            "grid",
            "sweep_too_large",
        ),
    ],
)
def test_bad_files(text: str, csv: str | None, column: str | None, rule: str, written: Any) -> None:
    assert (column, rule) in [(found[2], found[3]) for found in refused(written(text, csv))]


def test_no_file_no_scenario(tmp_path: Path) -> None:
    assert [found[3] for found in refused(tmp_path / "sweep.toml")] == ["sweep_no_file"]
    path = tmp_path / "sweep.toml"
    path.write_text("[[list]]\n", encoding="utf-8")
    assert [found[3] for found in refused(path)] == ["sweep_without_scenario"]
    path.write_text('scenario = "nowhere"\n[[list]]\n', encoding="utf-8")
    assert [found[3] for found in refused(path)] == ["missing_folder"]
    path.write_text("scenario = 1\n[[list]]\n", encoding="utf-8")
    assert [found[3] for found in refused(path)] == ["wrong_type"]


def test_a_faulty_scenario_is_told_once(written: Any, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "scenario.toml").write_text('title_zh = "x"\n', encoding="utf-8")
    path = tmp_path / "sweep.toml"
    path.write_text(f'scenario = "broken"\n[grid]\n"{INCREMENT}" = [1, 2, 3]\n', encoding="utf-8")
    found = refused(path)
    assert ("scenario.toml", None, "title_en", "missing_setting") in found
    assert len(found) == len(set(found))


def test_the_example_has_more_than_two_hundred_variants(
    scenarios_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the inputs of the first and the last three are tried; all of them take minutes
    from dualcontrol.model.scenario import Source

    own, tried = Source.settled, []

    def settled(self: Source, overrides: Any = None) -> Any:
        tried.append(overrides)
        return own(self, overrides) if len(tried) in (1, 239, 241) else example

    from dualcontrol.model.scenario import load as loaded

    example = loaded(scenarios_folder / "two-firms")
    monkeypatch.setattr(Source, "settled", settled)
    sweep = read_sweep(scenarios_folder / "sweep-targets.toml")
    assert len(sweep.variants) == len(tried) == 241
    assert sweep.variants[-1].name == "基准 base"
