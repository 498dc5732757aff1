"""Every gate refuses with its clause and reason, and lets pass what is just good enough."""

import pytest

from dualcontrol.model.policy import Rulings
from tests.model.small_cases import Owner, county, project, rulings_of, total, unit

# A is the benchmark: 1000 tce / 500 = 2 tce per 万元
A = unit("A", 1000, 500)
LINES = [
    {"benchmark_key": "K", "level": "advanced", "scope": scope, "value": value, "unit": "kgce/t",
     "effective_from": "2020-01-01"} for scope, value in (("national", 100), ("regional", 95))
]  # fmt: skip
# 1.25 t of old capacity per t of new, 1.1 tce of old energy per tce of new
RESTRICTED = [
    {"restricted_key": f"{exempt}", "capacity_ratio": 1.25, "energy_ratio": 1.1, "exempt_if": exempt,
     "effective_from": "2021-03-01"} for exempt in ("none", "national", "chain", "national_or_chain")
]  # fmt: skip
LATER = {"restricted_key": "later", "capacity_ratio": 1, "energy_ratio": 1, "effective_from": "2022-02-12"}


def judged(*owners: Owner, disabled: tuple[str, ...] = ()) -> Rulings:
    settings = {**total(0), "disabled_clauses": list(disabled)}
    return rulings_of(
        county([A, *owners], settings, benchmarks=LINES, restricted_capacity=[*RESTRICTED, LATER])
    )


def three_high(specific_energy: float, **columns: object) -> Owner:
    line = {"specific_energy": specific_energy, "specific_unit": "kgce/t", "benchmark_key": "K", **columns}
    return project("P", 100, 100, is_three_high=1, **line)


def restricted(key: str = "none", **columns: object) -> Owner:
    """A project of 100 units and 200 tce: it needs 125 units and 220 tce given up."""
    return project("P", 200, 100, restricted_key=key, capacity=100, **columns)


REPLACED = {"replaced_capacity": 125, "replaced_energy_tce": 220}


@pytest.mark.parametrize(
    ("owner", "clause", "reason"),
    [
        (project("P", 100, 100, review="missing"), "3.2.2a", "review_missing"),
        (project("P", 100, 100, review="pending"), "3.2.2a", "review_pending"),
        (project("P", 100, 100, is_two_high=1, industry_class="restricted"), "3.2.3a", "two_high_restricted"),
        (project("P", 100, 100, is_two_high=1, industry_class="eliminated"), "3.2.3a", "two_high_restricted"),
        (project("P", 100, 100, is_in_park=0), "3.2.3b", "not_in_park"),
        (project("P", 201, 100, is_quota_approved=0), "3.2.3d", "needs_quota_approval"),
        (project("P", 1, 0, is_quota_approved=0), "3.2.3d", "needs_quota_approval"),
        (restricted(), "3.2.3e", "no_replacement"),
        (restricted(**{**REPLACED, "replaced_capacity": 124.9}), "3.2.3e", "no_replacement"),
        (restricted(**{**REPLACED, "replaced_energy_tce": 219}), "3.2.3e", "no_replacement"),
        (restricted("national", is_chain_extending=1), "3.2.3e", "no_replacement"),
        (restricted("chain", is_national=1), "3.2.3e", "no_replacement"),
        (project("P", 100, 100, conduct="warned"), "3.2.5", "dishonest"),
        (project("P", 100, 100, conduct="serious"), "3.2.5", "dishonest"),
        (three_high(95.1), "3.3.1a", "short_of_advanced"),
        (project("P", 100, 100, is_three_high=1), "3.3.1a", "no_advanced_value"),  # no benchmark line named
        (three_high(1, benchmark_key="pvd"), "3.3.1a", "no_advanced_value"),  # none in force
    ],
)
def test_a_gate_refuses_with_its_clause(owner: Owner, clause: str, reason: str) -> None:
    assert [(g.target_id, g.clause, g.reason) for g in judged(owner).gates] == [("P", clause, reason)]
    assert judged(owner, disabled=(clause,)).gates == ()


@pytest.mark.parametrize(
    "owner",
    [
        project("P", 100, 100, review="exempt"),
        project("P", 100, 100, is_two_high=1),  # two-high, but of an allowed class
        project("P", 100, 100, industry_class="eliminated"),  # eliminated, but not two-high
        project("P", 100, 100, is_in_park=0, is_industrial=0),
        project("P", 200, 100, is_quota_approved=0),  # exactly at the benchmark
        project("P", 900, 100, is_quota_approved=1),
        restricted(**REPLACED),  # exactly the ratios
        restricted("national", is_national=1),
        restricted("chain", is_chain_extending=1),
        restricted("national_or_chain", is_national=1),
        restricted("national_or_chain", is_chain_extending=1),
        restricted("later"),  # not in force yet
        project("P", 100, 100, conduct="noticed"),
        three_high(95),  # the stricter line, reached
    ],
)
def test_just_good_enough_passes(owner: Owner) -> None:
    assert judged(owner).gates == ()


def test_the_energy_gate_counts_without_feedstock() -> None:
    # 300 tce, of which 150 feedstock, over 100: 1.5 against (1000 / 500 =) 2
    owner = project("P", 150, 100, is_quota_approved=0, energy=[("coal", "feedstock", 150)])
    rows = [{"kind": "feedstock", "measure": "intensity", "effective_from": "2022-01-01"}]
    assert rulings_of(county([A, owner], total(0), exclusions=rows)).gates == ()
    assert [g.clause for g in rulings_of(county([A, owner], total(0))).gates] == ["3.2.3d"]


def test_a_dishonest_builder_keeps_its_project_out() -> None:
    serious = unit("B", 1000, 500, conduct="serious")
    assert [g.clause for g in judged(serious, project("P", 100, 100, unit_id="B")).gates] == ["3.2.5"]
    assert judged(serious, project("P", 100, 100, unit_id="A")).gates == ()


def test_all_gates_that_stop_a_project_are_named() -> None:
    owner = project("P", 201, 100, is_quota_approved=0, is_in_park=0, review="pending")
    rulings = judged(owner)
    assert [g.clause for g in rulings.gates_of("P")] == ["3.2.2a", "3.2.3b", "3.2.3d"]
    assert rulings.gates_of("A") == ()


def test_a_gate_says_what_its_sentence_needs() -> None:
    (gate,) = judged(project("P", 250, 100, is_quota_approved=0)).gates
    assert gate.params == {"own": "2.500", "benchmark": "2.000"}
    (gate,) = judged(restricted()).gates
    assert gate.params == {"name": "none", "capacity": "125", "energy_tce": "220"}
    (gate,) = judged(three_high(120)).gates
    assert gate.params == {"own": "120", "advanced": "95", "unit": "kgce/t"}
