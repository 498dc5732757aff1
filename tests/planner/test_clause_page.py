"""What clauses move in Dalad's plan: each has a figure of the declared sign, and a reason where nothing moves."""

import csv
from pathlib import Path

import pytest

from dualcontrol.clause_page import AT_REST, EFFECTS, is_at_rest
from dualcontrol.effects import Effect
from dualcontrol.model.clauses import REGISTER

NUMBERS = (
    "value_wan_yuan",
    "within_wan_yuan",
    "energy_tce_eq",
    "quota_tce",
    "posted_tce",
    "stopped",
    "slack",
)


@pytest.fixture(scope="module")
def effects(repository: Path) -> dict[str, dict[str, str]]:
    with (repository / "docs" / EFFECTS).open(encoding="utf-8") as file:
        return {row["clause"]: row for row in csv.DictReader(file)}


def test_every_clause_that_is_modelled_has_a_figure(effects: dict[str, dict[str, str]]) -> None:
    declared = {clause.id: clause.effect for clause in REGISTER if clause.effect != "outside"}
    assert {one: row["effect"] for one, row in effects.items()} == declared


def test_every_sign_is_as_declared(effects: dict[str, dict[str, str]]) -> None:
    for row in effects.values():
        values = {name: float(row[name] or "nan") if name in NUMBERS else row[name] for name in row}
        assert Effect(**values).is_as_declared, row["clause"]  # type: ignore[arg-type]


def test_every_clause_that_moves_nothing_says_why(
    effects: dict[str, dict[str, str]], scenarios_folder: Path
) -> None:
    with (scenarios_folder / AT_REST).open(encoding="utf-8") as file:
        why = {row["clause"]: row for row in csv.DictReader(file)}
    assert set(why) == {clause for clause, row in effects.items() if is_at_rest(row)}
    assert all(row["zh"] and row["en"] for row in why.values())


def test_a_wrong_sign_is_noticed() -> None:
    assert not Effect("x", "restrictive", "yearly", -1.0, 0.1).is_as_declared
    assert not Effect("x", "permissive", "yearly", 1.0, 0.1).is_as_declared
    assert Effect("x", "permissive", "yearly", 1.0, 2.0).is_as_declared
    assert Effect("x", "permissive", "yearly", status="infeasible").is_as_declared
    assert not Effect("x", "restrictive", "yearly", status="infeasible").is_as_declared
