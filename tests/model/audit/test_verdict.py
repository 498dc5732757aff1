"""Which check a verdict names as the tightest: one that holds something back."""

from fractions import Fraction

from dualcontrol.model.audit.verdict import Probe, Verdict


def limits(*pairs: tuple[str, int, int]) -> Probe:
    probe = Probe("use_within_quota", "3.2.1a", is_limit=True)
    for place, activity, limit in pairs:
        probe.within_hard(place, Fraction(activity), Fraction(limit))
    return probe


def test_a_use_of_nothing_is_not_the_tightest() -> None:
    # The refused project uses 0 of 0: no room, and nothing that it holds back. B has 1 of 100 left, A 5 of 100.
    check = limits(("unit:A", 95, 100), ("project:refused", 0, 0), ("unit:B", 99, 100)).check()
    assert check.passed
    assert check.place == "unit:B"
    assert check.relative == Fraction(-1, 100)
    assert check.params["count"] == "3"


def test_a_limit_that_nobody_uses_gives_way_to_one_that_is_used() -> None:
    # Carbon: 0 of 0; water: 50 of 100. The tightest limit of the plan is water.
    carbon, water = Probe("carbon", "3.2.1a", "t", is_limit=True), Probe("resource", "3.3.4b", is_limit=True)
    carbon.within_hard("county", Fraction(0), Fraction(0))
    water.within_hard("water", Fraction(50), Fraction(100))
    assert Verdict((carbon.check(), water.check())).worst.name == "resource"


def test_a_use_where_nothing_is_allowed_is_the_worst() -> None:
    check = limits(("unit:A", 100, 100), ("project:gated", 3, 0)).check()
    assert not check.passed
    assert check.place == "project:gated"
    assert check.is_limit


def test_where_nothing_is_used_at_all_there_is_still_a_place() -> None:
    check = limits(("project:refused", 0, 0)).check()
    assert check.passed
    assert check.place == "project:refused"
    assert not check.is_limit
    assert Verdict((check,)).worst is check
