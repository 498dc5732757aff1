"""Published divisions and roundings: the Talmud's estates, apportionment of small numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.fairness_rules import (
    RULES,
    equal_awards,
    equal_levels,
    equal_losses,
    largest_remainder,
    proportional,
    sainte_lague,
    talmud,
)

pytestmark = pytest.mark.peers
F = Fraction
CLAIMS = [F(100), F(200), F(300)]


@pytest.mark.parametrize(
    ("estate", "awards"),
    [(100, [F(100, 3)] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_the_talmud_divides_its_three_estates(estate: int, awards: list[Fraction]) -> None:
    # Ketubot 93a; the rule is that of Aumann and Maschler (1985)
    assert talmud(F(estate), CLAIMS) == awards


def test_the_three_rules_at_200() -> None:
    assert equal_awards(F(200), CLAIMS) == [F(200, 3)] * 3
    assert equal_losses(F(200), CLAIMS) == [0, 50, 150]
    assert proportional(F(200), CLAIMS) == [F(100, 3), F(200, 3), 100]


def test_the_talmud_is_its_own_dual() -> None:
    # what is given at E is what is lost at 600 - E
    for estate in range(0, 601, 7):
        lost = talmud(F(600 - estate), CLAIMS)
        assert talmud(F(estate), CLAIMS) == [c - x for c, x in zip(CLAIMS, lost, strict=True)]


def test_max_min_of_levels_fills_the_lowest_level_first() -> None:
    # bases 100, 100, 50; claims 100, 150, 50; estate 230: level 1 fills 100 + 100 + 50 = 250 > 230, so all at 0.92
    assert equal_levels(F(230), [F(100), F(150), F(50)], [F(100), F(100), F(50)]) == [92, 92, 46]
    # 280: the first and third stop at their claims, the second takes the rest
    assert equal_levels(F(280), [F(100), F(150), F(50)], [F(100), F(100), F(50)]) == [100, 130, 50]


def test_largest_remainder_is_not_monotone_and_sainte_lague_is() -> None:
    shares = [F(6), F(6), F(2)]
    assert largest_remainder(shares, 10) == [4, 4, 2]
    assert largest_remainder(shares, 11) == [5, 5, 1]  # the third loses although there is more
    before = [0, 0, 0]
    for total in range(1, 40):
        now = sainte_lague(shares, total)
        assert sum(now) == total
        assert all(a <= b for a, b in zip(before, now, strict=True))
        before = now


AMOUNTS = st.lists(st.fractions(0, 1000, max_denominator=7), min_size=1, max_size=6)


@given(st.fractions(0, 4000, max_denominator=5), AMOUNTS)
def test_every_rule_gives_away_the_estate_and_nobody_more_than_claimed(estate: F, claims: list[F]) -> None:
    for name, rule in RULES.items():
        awards = rule(estate, claims, claims)
        assert sum(awards) == min(estate, sum(claims)), name
        assert all(0 <= award <= claim for award, claim in zip(awards, claims, strict=True)), name
    awards = talmud(estate, claims)
    assert sum(awards) == min(estate, sum(claims))


def test_a_negative_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        proportional(F(1), [F(-1)])
