"""Simple rules that divide an estate among claims, in fractions: what a county could do without an optimum.

Sources: O'Neill (1982), Aumann and Maschler (1985) on bankruptcy; Balinski and Young (1982) on rounding.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

ZERO = Fraction(0)


def _shared(estate: Fraction, claims: Sequence[Fraction]) -> Fraction:
    """What there is to divide: nobody is given more than the claims together. ValueError below zero."""
    if estate < 0 or any(claim < 0 for claim in claims):
        raise ValueError("neither an estate nor a claim may be negative")
    return min(estate, sum(claims, ZERO))


def proportional(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Everybody the same share of the claim."""
    return in_proportion(_shared(estate, claims), claims)


def equal_awards(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Constrained equal awards: everybody the same amount, nobody more than the claim. Also max-min of awards."""
    return _filled(_shared(estate, claims), [Fraction(1)] * len(claims), claims)


def equal_losses(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """Constrained equal losses: everybody loses the same amount, nobody more than the claim."""
    lost = equal_awards(sum(claims, ZERO) - _shared(estate, claims), claims)
    return [claim - loss for claim, loss in zip(claims, lost, strict=True)]


def talmud(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """The rule behind the numbers of the Talmud: equal awards up to half of each claim, then equal losses."""
    half = [claim / 2 for claim in claims]
    given = _shared(estate, claims)
    if given <= sum(half, ZERO):
        return equal_awards(given, half)
    beyond = equal_losses(given - sum(half, ZERO), half)
    return [h + more for h, more in zip(half, beyond, strict=True)]


def equal_levels(estate: Fraction, claims: Sequence[Fraction], bases: Sequence[Fraction]) -> list[Fraction]:
    """Max-min of levels: everybody the same multiple of the base, nobody more than the claim; no base, nothing."""
    return _filled(_shared(estate, claims), bases, claims)


def _filled(estate: Fraction, rates: Sequence[Fraction], claims: Sequence[Fraction]) -> list[Fraction]:
    """Everybody `rate` x the same level up to the claim; who is full first is served first."""
    awards, left = [ZERO] * len(claims), estate
    holders = sorted((k for k, rate in enumerate(rates) if rate > 0), key=lambda k: claims[k] / rates[k])
    weight = sum((rates[k] for k in holders), ZERO)
    for k in holders:
        awards[k] = min(claims[k], rates[k] * left / weight)
        left, weight = left - awards[k], weight - rates[k]
    return awards


def in_proportion(total: Fraction, shares: Sequence[Fraction]) -> list[Fraction]:
    """`total` in proportion to `shares`; all 0 where these are."""
    whole = sum(shares, ZERO)
    return [share * total / whole if whole else ZERO for share in shares]


def largest_remainder(shares: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that sum to `total`, in proportion to `shares` (Hamilton): floors, then the largest remainders.

    Equal remainders in the order given. Not monotone: with a larger total somebody may get less.
    """
    exact = in_proportion(Fraction(total), shares)
    whole = [int(share // 1) for share in exact]
    first = sorted(range(len(exact)), key=lambda k: (whole[k] - exact[k], k))[: total - sum(whole)]
    return [whole[k] + (k in first) for k in range(len(exact))]


def sainte_lague(shares: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that sum to `total` by the highest quotients share / (2 n + 1) (Webster): monotone in `total`."""
    given = [0] * len(shares)
    for _ in range(total):
        best = max(range(len(shares)), key=lambda k: (shares[k] / (2 * given[k] + 1), -k))
        given[best] += 1
    return given


# In the order of the report. A rule sees the estate, the claims, and the base of each holder.
RULES: Mapping[str, Callable[[Fraction, Sequence[Fraction], Sequence[Fraction]], list[Fraction]]] = {
    "proportional": lambda estate, claims, bases: proportional(estate, claims),
    "last_year": lambda estate, claims, bases: in_proportion(_shared(estate, claims), bases),
    "equal_awards": lambda estate, claims, bases: equal_awards(estate, claims),
    "equal_losses": lambda estate, claims, bases: equal_losses(estate, claims),
    "max_min": equal_levels,
}
