"""Units of measurement in which meters are read, as exact multiples of one another (2.5; forms 205-1, 205-2)."""

from fractions import Fraction

# kind of quantity -> spellings -> multiple of the kind's first unit
_KINDS: tuple[dict[str, Fraction], ...] = (
    {
        **dict.fromkeys(("t", "吨", "ton"), Fraction(1)),
        **dict.fromkeys(("kg", "千克", "公斤"), Fraction(1, 1000)),
        **dict.fromkeys(("万t", "万吨"), Fraction(10_000)),
    },
    {
        **dict.fromkeys(("mwh", "兆瓦时"), Fraction(1)),
        **dict.fromkeys(("kwh", "千瓦时", "度"), Fraction(1, 1000)),
        **dict.fromkeys(("万kwh", "万千瓦时", "万度"), Fraction(10)),
        "gwh": Fraction(1000),
    },
    {
        **dict.fromkeys(("m3", "立方米", "nm3", "标准立方米"), Fraction(1)),
        **dict.fromkeys(("千m3", "千立方米"), Fraction(1000)),
        **dict.fromkeys(("万m3", "万立方米", "万nm3"), Fraction(10_000)),
    },
    {
        **dict.fromkeys(("gj", "百万千焦"), Fraction(1)),
        "mj": Fraction(1, 1000),
        **dict.fromkeys(("tj",), Fraction(1000)),
    },
)


def plain_unit(text: str) -> str:
    """A unit as it is compared: no blanks, small letters, `³` as 3."""
    return "".join(text.split()).lower().replace("³", "3").replace("㎥", "m3")


def known_units() -> tuple[str, ...]:
    """Every spelling that can be converted, sorted."""
    return tuple(sorted({unit for kind in _KINDS for unit in kind}))


def conversion(given: str, wanted: str) -> Fraction | None:
    """How many `wanted` a `given` is, exactly; 1 for the same spelling, None where one is not the other's kind."""
    a, b = plain_unit(given), plain_unit(wanted)
    if a == b:
        return Fraction(1)
    for kind in _KINDS:
        if a in kind and b in kind:
            return kind[a] / kind[b]
    return None
