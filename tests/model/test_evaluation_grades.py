"""Grades, vetoes, firmness of ranks, second opinions, room and impact: by hand, and builder against auditor."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.accounting import account
from dualcontrol.model.audit.rules import judge as audited
from dualcontrol.model.evaluation.grading import evaluate
from dualcontrol.model.evaluation.impact import impact_word, impacts
from dualcontrol.model.evaluation.second_opinion import entropy_weights, second_opinions, topsis
from dualcontrol.model.policy import judge
from tests.model.small_cases import Owner, county, others, project, unit

TAX = {"indicator": "tax_per_mu", "weight": 60, "benchmark": 10, "cap": 1.5}
JOBS = {"indicator": "jobs_per_100_mu", "weight": 40, "benchmark": 100, "cap": 1.5}


def candidate(name: str, tax: object, jobs: object, **columns: object) -> Owner:
    """One mu of land: tax in 万元 per mu, jobs per 100 mu are 100 times the jobs."""
    return project(name, 100, 100, land_mu=1, tax_wan_yuan=tax, jobs=jobs, **columns)


def graded(owners: list[Owner], rule: str = "score", **more: object) -> object:
    setting = {"evaluation": {"project_grading": rule, **more}}
    return evaluate(account(county(owners, setting, evaluation=[TAX, JOBS])), "project", {})


def test_scores_are_exact_and_grades_begin_at_their_limit() -> None:
    # tax t, jobs j: 100 (60 t/10 + 40 j) / 150. 85 = 127.5 / 150: t = 14.58333.. -> take j = 1, t = 87.5/6
    # 60 points: t = 15 (capped at 1.5: 90) and no jobs -> 90/150 = 60 exactly, grade C; a little less is D
    found = graded([candidate("C", 20, 0), candidate("D", "14.999", 0), candidate("B", 15, 0.4)])
    assert found.scores["C"] == 60
    # 90 + 16 = 106 of 150
    assert found.scores["B"] == Fraction(212, 3)
    assert dict(found.grades) == {"B": "B", "C": "C", "D": "D"}


def test_quantiles_count_who_ranks_better() -> None:
    # ten scores 100, 90, .. of taxes: better than it: 0, 1 -> A (< 20 %); 2..5 -> B (< 60 %); 6..9 -> C (< 95 %)
    names = "abcdefghij"
    found = graded([candidate(n, 10 - k, 1) for k, n in enumerate(names)], "quantile")
    assert "".join(found.grades[n] for n in names) == "AABBBBCCCC"


def test_a_red_line_is_grade_d_whatever_the_score_and_no_figure_is_no_grade() -> None:
    found = graded([candidate("P", 15, 1.5, red_line="环评"), project("Q", 1, 1)])
    assert (found.grades["P"], found.vetoes["P"], found.grades["Q"]) == ("D", ("red_line",), "")


def test_firmness_is_over_every_weight_a_fifth_up_and_down() -> None:
    # P: ratios 1 and 0.5, Q: 0.5 and 1.2. weights 60, 40: P 80, Q 78. Of the four cases Q leads where
    # 30 w1... P - Q = 0.5 w1 - 0.7 w2: 60, 40: 2 > 0. w1 72: 8; 48: -4; w2 48: -3.6; 32: 7.6
    found = graded([candidate("P", 10, 0.5), candidate("Q", 5, 1.2)])
    assert found.ranks == {"P": 1, "Q": 2}
    firm = found.stability()
    assert firm["P"][:2] == (1, 2)
    # grades: P 80/150 = 53.3 D; 72: 92/168 = 54.8 D; 48: 68/132 = 51.5; 84/162 = 51.9; 76/138 = 55.1: all D
    assert firm["P"][2] == 1


def test_entropy_by_hand_and_columns_that_tell_nobody_apart() -> None:
    # column 1: shares 1/2, 1/2: entropy 1, told 0. column 2: shares 1, 0: entropy 0, told 1
    assert entropy_weights(np.array([[1.0, 1.0], [1.0, 0.0]])) == pytest.approx([0.0, 1.0])
    assert entropy_weights(np.ones((3, 2))) == pytest.approx([0.5, 0.5])


def test_closeness_by_hand() -> None:
    # one column 3, 4, 0: norm 5; 0.6, 0.8, 0: closeness 0.75, 1, 0
    assert topsis(np.array([[3.0], [4.0], [0.0]]), np.array([7.0])) == pytest.approx([0.75, 1.0, 0.0])
    assert topsis(np.ones((2, 2)), np.ones(2)) == pytest.approx([1.0, 1.0])


def test_second_opinion_takes_the_indicators_that_all_have() -> None:
    # R has no jobs: by tax alone, in both opinions
    found = graded([candidate("P", 10, 0.1), candidate("Q", 5, 1.5), candidate("R", 1, None)])
    told = second_opinions(found)
    assert {n: (o.entropy_rank, o.topsis_rank) for n, o in told.items()} == {
        "P": (1, 1),
        "Q": (2, 2),
        "R": (3, 3),
    }


def test_room_m_and_n_by_hand() -> None:
    # base 1000 tce, 500 万元: 2 tce per 万元; a tenth less: 1.8. P 100 tce, 60 万元: room 1.8 * 60 - 100 = 8
    # m = 100 / 2000 = 5 %: large. n = (1100 / 560) / 2 - 1 = -1/56: small
    scenario = county(
        [unit("A", 1000, 500), project("P", 100, 60)],
        {"targets": {"manage_total": False, "intensity_reduction": 0.1},
         "evaluation": {"five_year_increment_tce_eq": 2000}},
    )  # fmt: skip
    found = impacts(account(scenario))["P"]
    assert (found.room_tce_eq, found.m, found.n, found.word) == (
        8,
        Fraction(1, 20),
        Fraction(-1, 56),
        "large",
    )


@pytest.mark.parametrize(
    ("m", "n", "word"),
    [  # policy tables: m 1, 3, 10, 20 %; n 0.1, 0.3, 1, 3.5 %: the limit itself belongs to the milder word
        ("1/100", "1/1000", "small"), ("1/100", "11/10000", "some"), ("3/100", "3/1000", "some"),
        ("31/1000", "0", "large"), ("0", "1/100", "large"), ("0", "35/1000", "major"), ("1/5", "0", "major"),
        ("201/1000", "0", "decisive"), ("0", "36/1000", "decisive"),
    ],
)  # fmt: skip
def test_official_words(m: str, n: str, word: str) -> None:
    assert impact_word(Fraction(m), Fraction(n)) == word
    assert impact_word(None, None) == ""


FIGURES = st.fixed_dictionaries(
    {
        "land_mu": st.sampled_from((None, 0, 10, 25)),
        "output_value_wan_yuan": st.sampled_from((None, 0, 700, 3000)),
        "profit_wan_yuan": st.sampled_from((None, -5, 0, 130)),
        "tax_wan_yuan": st.sampled_from((None, 0, 70, 240)),
        "jobs": st.sampled_from((None, 0, 8, 40)),
        "red_line": st.sampled_from(("", "", "", "x")),
        "conduct": st.sampled_from(("normal", "normal", "warned", "serious")),
    }
)
NAMES = ("energy_per_output", "energy_per_value_added", "output_per_mu", "value_added_per_mu", "profit_per_mu",
         "tax_per_mu", "jobs_per_100_mu", "co2_per_value_added", "water_per_value_added", "water_per_output",
         "specific_energy")  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries({
        "indicator": st.sampled_from(NAMES), "weight": st.sampled_from((0, 10, 25.5)),
        "benchmark": st.sampled_from((0.5, 2, 12)), "cap": st.sampled_from((1, 1.5)),
        "unit_weight": st.sampled_from((None, 0, 7)), "unit_benchmark": st.sampled_from((None, 3)),
    }),
    max_size=5, unique_by=lambda row: row["indicator"],
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_builder_and_auditor_agree_at_random(data: st.DataObject) -> None:
    """Ratios, scores, vetoes, grades, ranks, gates, and what units may be granted or lose."""
    draw = data.draw
    owners = [unit(f"u{k}", draw(st.sampled_from((0, 90, 300))), draw(st.sampled_from((0, 100))),
                   activity_max=1.2, sector=draw(st.sampled_from(("works", "heavy"))), **draw(FIGURES))
              for k in range(draw(st.integers(1, 4)))]  # fmt: skip
    owners += [project(f"p{k}", draw(st.sampled_from((0, 50))), draw(st.sampled_from((0, 80))),
                       is_in_park=draw(st.sampled_from((1, 1, 0))), specific_energy=110, specific_unit="kgce/t",
                       benchmark_key="K", **draw(FIGURES))
               for k in range(draw(st.integers(0, 4)))]  # fmt: skip
    rules = st.sampled_from(("score", "quantile", "none"))
    off = draw(st.sampled_from(((), (), ("3.3.2a",), ("A1",), ("3.2.5",), ("3.2.1c",))))
    scenario = county(
        owners,
        {"evaluation": {"project_grading": draw(rules), "unit_grading": draw(rules)}, "disabled_clauses": off},
        evaluation=draw(ROWS),
        gdp=[others(1000)],
        resources=[{"resource_id": "water", "unit": "m3", "budget": 9999}],
        resource_use=[{"resource_id": "water", "owner_id": "u0", "use": 40}],
        benchmarks=[{"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100,
                     "unit": "kgce/t", "effective_from": "2020-01-01"}],
        products=[{"unit_id": "u0", "product": "x", "output": 500, "output_unit": "t", "specific_energy": 130,
                   "specific_unit": "kgce/t", "benchmark_key": "K"}],
    )  # fmt: skip
    ours, theirs = judge(account(scenario)), audited(scenario)
    for mine, other in (
        (ours.project_evaluation, theirs.project_grades),
        (ours.unit_evaluation, theirs.unit_grades),
    ):
        assert (mine.scores, mine.ranks) == (other.score, other.rank)
        assert (mine.grades, mine.vetoes) == (other.grade, other.vetoes)
    for key, gates in theirs.gates.items():
        assert {g.clause for g in ours.gates_of(key)} == set(gates)
    for key, ruling in theirs.units.items():
        mine = ours.units[key]
        assert mine.grant_max_tce == ruling.grant_max
        assert mine.limit_max_tce == min(ruling.limit_max, max(0, ruling.fixed_quota))
