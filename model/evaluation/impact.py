"""Room of a project under the intensity ceiling, and the official words for its impact (3.2.3c, 3.2.1d).

Source of m and n: 节能评审 of fixed-asset projects, M and N values (national energy-saving review practice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.accounting import Accounts, PowerBalance
from dualcontrol.model.quantities import exact

IMPACTS = ("small", "some", "large", "major", "decisive")
_M_LIMITS = tuple(Fraction(n, 100) for n in (1, 3, 10, 20))
_N_LIMITS = tuple(Fraction(n, 1000) for n in (1, 3, 10, 35))


@dataclass(frozen=True)
class Impact:
    """Of a project over a full year at full load.

    energy_tce_eq: 等价, intensity measure. room_tce_eq: s = kappa * v - e; above 0 it makes room for others; None
    without a ceiling. m: energy over the five-year increment allowance; n: change of the county's intensity; both
    fractions, None where a figure is missing. word: the graver of the two, "" without either.
    """

    energy_tce_eq: Fraction
    room_tce_eq: Fraction | None
    m: Fraction | None
    n: Fraction | None
    word: str


def impacts(accounts: Accounts) -> Mapping[str, Impact]:
    """Impact of every candidate project."""
    settings, base = accounts.scenario.settings, accounts.base
    energy, gdp = Fraction(base.energy_eq_tce["intensity"]), Fraction(base.gdp_wan_yuan)
    reduction, five = settings.targets.intensity_reduction, settings.evaluation.five_year_increment_tce_eq
    ceiling = (1 - exact(reduction)) * energy / gdp if reduction is not None and gdp > 0 else None
    found = {}
    for project_id, use in accounts.projects_full_year.items():
        grid = accounts.counting.grid(use, PowerBalance(), "intensity")
        own = Fraction(accounts.counting.counted(use, "intensity") + grid)
        value = Fraction(use.value_added_wan_yuan)
        m = own / exact(five) if five else None
        n = (
            (energy + own) / (gdp + value) / (energy / gdp) - 1
            if energy > 0 < gdp and gdp + value > 0
            else None
        )
        found[project_id] = Impact(
            own, None if ceiling is None else ceiling * value - own, m, n, impact_word(m, n)
        )
    return found


def impact_word(m: Fraction | None, n: Fraction | None) -> str:
    """影响较小 to 决定性影响: the graver of m (1, 3, 10, 20 %) and n (0.1, 0.3, 1, 3.5 %); a limit belongs below."""
    steps = [
        sum(value > limit for limit in limits)
        for value, limits in ((m, _M_LIMITS), (n, _N_LIMITS))
        if value is not None
    ]
    return IMPACTS[max(steps)] if steps else ""
