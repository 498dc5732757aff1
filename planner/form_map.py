"""Figures of the forms 205-1 and 205-2 as rows of unit_energy, and what in the forms does not add up.

Industrial consumption counts once: what was used as material is feedstock, what went into conversion is
conversion input, the rest is fuel and power; output of conversion and recovered energy are conversion output, as
综合能源消费量 = industrial consumption − conversion output − recovered energy has it (GB/T 2589-2020).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dualcontrol.form_read import PROCESSES, Form, Line, narrow, plain_name
from dualcontrol.model.problems import nearest
from dualcontrol.model.quantities import exact
from dualcontrol.model.schema import ELECTRICITY
from dualcontrol.register_sheets import Spot

_PARENTS = {"原煤": ("无烟煤", "炼焦烟煤", "一般烟煤", "褐煤")}  # rows whose sum is a row of its own
_PARTS = (("material", "industrial", "form_material"), ("transport", "total", "form_transport"))
_TOTALS = ("能源合计", "合计")
_USES = ("fuel", "feedstock", "conversion_in", "conversion_out")
_NOT_TAKEN = ("other", "opening", "closing", "purchased", "amount", "transport", "other_province")
# unit -> (kind of quantity, how many of its smallest)
_UNITS: Mapping[str, tuple[str, Fraction]] = {
    "吨": ("mass", Fraction(1)), "t": ("mass", Fraction(1)), "万吨": ("mass", Fraction(10_000)),
    "千克": ("mass", Fraction(1, 1000)), "kg": ("mass", Fraction(1, 1000)),
    "立方米": ("volume", Fraction(1)), "m3": ("volume", Fraction(1)), "千立方米": ("volume", Fraction(1000)),
    "千m3": ("volume", Fraction(1000)), "万立方米": ("volume", Fraction(10_000)),
    "万m3": ("volume", Fraction(10_000)), "亿立方米": ("volume", Fraction(10**8)),
    "兆瓦时": ("electricity", Fraction(1)), "MWh": ("electricity", Fraction(1)),
    "千瓦时": ("electricity", Fraction(1, 1000)), "kWh": ("electricity", Fraction(1, 1000)),
    "万千瓦时": ("electricity", Fraction(10)), "万kWh": ("electricity", Fraction(10)),
    "亿千瓦时": ("electricity", Fraction(10**5)),
    "百万千焦": ("heat", Fraction(1)), "吉焦": ("heat", Fraction(1)), "GJ": ("heat", Fraction(1)),
    "千吉焦": ("heat", Fraction(1000)), "万吉焦": ("heat", Fraction(10_000)),
    "吨标准煤": ("tce", Fraction(1)), "tce": ("tce", Fraction(1)),
}  # fmt: skip


@dataclass(frozen=True)
class EnergyRow:
    """A row of unit_energy and how it came about."""

    carrier_id: str
    use: str
    quantity: float
    derivation: str


@dataclass(frozen=True)
class Mapped:
    """What the forms of one unit come to."""

    rows: tuple[EnergyRow, ...]
    problems: tuple[Spot, ...]
    notes: tuple[Spot, ...]


class _Finder:
    """Finds carriers by name; collects what was found."""

    def __init__(self, carriers: tuple[Any, ...], named: Mapping[str, str]) -> None:
        self.problems: list[Spot] = []
        self.notes: list[Spot] = []
        self.by_id = {row.carrier_id: row for row in carriers}
        self.ids = {plain_name(row.name).partition("(")[0]: row.carrier_id for row in carriers}
        if ELECTRICITY in self.by_id:
            self.ids["电力"] = ELECTRICITY
        self.ids |= {plain_name(name): carrier for name, carrier in named.items()}

    def carrier(self, line: Line) -> Any | None:
        """The carrier of a line, None if the scenario has none of that name."""
        return self.by_id.get(self.ids.get(line.name) or self.ids.get(line.name.partition("(")[0], ""))

    def ratio(self, form: Form, line: Line, carrier: Any) -> Fraction | None:
        """Units of the carrier in one unit of the form; None after the problem has been told."""
        one, other = _UNITS.get(line.unit), _UNITS.get(narrow(carrier.unit))
        if line.unit == narrow(carrier.unit):
            return Fraction(1)
        if one is not None and other is not None and one[0] == other[0]:
            return one[1] / other[1]
        self.tell(
            form,
            line,
            "unit",
            line.unit,
            "form_unit",
            name=line.name,
            carrier=carrier.name,
            unit=carrier.unit,
        )
        return None

    def tell(
        self, form: Form, line: Line | None, meaning: str, value: object, rule: str, **params: object
    ) -> None:
        """Record a finding at a figure of a form."""
        row, column = (line.row if line else None), form.columns.get(meaning)
        spot = Spot(
            form.sheet,
            row,
            column if line else None,
            str(value),
            rule,
            {k: str(v) for k, v in params.items()},
        )
        (self.notes if rule.startswith("note_") else self.problems).append(spot)


def map_forms(forms: list[Form], carriers: tuple[Any, ...], named: Mapping[str, str]) -> Mapped:
    """The rows of unit_energy in the forms of one unit. carriers: rows of the scenario; named: name -> carrier id."""
    finder = _Finder(carriers, named)
    finder.problems += [spot for form in forms for spot in form.problems]
    for form in forms:
        _check_sums(form, finder)
    first = next((form for form in forms if form.kind == "205-1"), None)
    second = next((form for form in forms if form.kind == "205-2"), None)
    if first is not None and second is not None:
        _check_agreement(first, second, finder)
    if second is None and first is not None:
        finder.notes.append(Spot(first.sheet, None, None, "", "note_form_no_second"))
    if first is None and second is not None:
        finder.notes.append(Spot(second.sheet, None, None, "", "note_form_no_first"))
    sums: dict[tuple[str, str], tuple[Fraction, list[str]]] = {}
    tce = Fraction(0)
    for form in forms:
        for line in _counted(form, finder):
            tce += _take(form, line, first, second, finder, sums)
        _tell_not_taken(form, finder)
    _check_footer(forms, tce, finder)
    for (carrier_id, _), (quantity, how) in sums.items():
        if quantity < 0:
            owner = first or second
            assert owner is not None  # noqa: S101 - there is a form, or there were no sums
            name = finder.by_id[carrier_id].name
            finder.tell(owner, None, "", float(quantity), "form_overlap", name=name, how="; ".join(how))
    rows = [
        EnergyRow(carrier_id, use, float(quantity), "；".join(how))
        for (carrier_id, use), (quantity, how) in sums.items()
        if quantity > 0
    ]
    order = list(finder.by_id)
    rows.sort(key=lambda row: (order.index(row.carrier_id), _USES.index(row.use)))
    return Mapped(tuple(rows), tuple(finder.problems), tuple(finder.notes))


def _counted(form: Form, finder: _Finder) -> list[Line]:
    """The lines to count: no totals, and of a sum and its parts only one."""
    lines = [line for line in form.lines if line.name not in _TOTALS]
    for name in sorted({line.name for line in lines}):
        same = [line for line in lines if line.name == name]
        for line in same[1:]:
            finder.tell(form, line, "name", name, "form_twice", first=same[0].row + 1)
    for parent, parts in _PARENTS.items():
        total = next((line for line in lines if line.name == parent and _used(line)), None)
        own = [line for line in lines if line.name in parts and _used(line)]
        if total is None or not own:
            continue
        if finder.carrier(total) is not None:
            lines = [line for line in lines if line not in own]
        elif all(finder.carrier(line) is not None for line in own):
            lines.remove(total)
    return [line for line in lines if _used(line)]


def _used(line: Line) -> bool:
    """Whether any energy is consumed, converted or recovered in a line."""
    return any(
        line.figures.get(meaning) for meaning in ("industrial", "input", "output", "recovered", *PROCESSES)
    )


def _take(
    form: Form,
    line: Line,
    first: Form | None,
    second: Form | None,
    finder: _Finder,
    sums: dict[tuple[str, str], tuple[Fraction, list[str]]],
) -> Fraction:
    """Add a line to the sums; what it adds to 综合能源消费量 at the form's factors, tce."""
    figures = {name: exact(value) for name, value in line.figures.items()}
    taken: list[tuple[str, Fraction, str]] = []
    is_first, counts_first = form is first, form is first or first is None
    if counts_first and figures.get("industrial"):
        taken.append(("fuel", figures["industrial"], "工业生产消费"))
    if is_first and figures.get("material"):
        taken += [
            ("fuel", -figures["material"], "用于原材料"),
            ("feedstock", figures["material"], "用于原材料"),
        ]
    if form is second:
        inputs = _inputs(figures)
        if inputs:
            taken += [("fuel", -inputs, "加工转换投入"), ("conversion_in", inputs, "加工转换投入")]
        for meaning, word in (("output", "加工转换产出"), ("recovered", "回收利用")):
            if figures.get(meaning):
                taken.append(("conversion_out", figures[meaning], word))
    carrier = finder.carrier(line)
    if carrier is None and taken:
        hint = nearest(line.name, finder.ids)
        finder.tell(form, line, "name", line.name, "form_carrier", suggestion=hint)
    factor = figures.get("factor")
    balance = sum((q if use != "conversion_out" else -q for use, q, _ in taken), Fraction(0))
    if carrier is None or not taken:
        return balance * (factor or 0)
    ratio = finder.ratio(form, line, carrier)
    if ratio is None:
        return balance * (factor or 0)
    own = exact(carrier.tce_per_unit) * ratio
    if factor and abs(own - factor) > factor / 1000:
        finder.tell(
            form, line, "factor", float(factor), "note_form_factor", name=line.name, own=f"{float(own):.6g}",
            tce=f"{float(balance * (own - factor)):+,.0f}",
        )  # fmt: skip
    for use, quantity, word in taken:
        sign = "−" if quantity < 0 else ""
        old, how = sums.get((carrier.carrier_id, use), (Fraction(0), []))
        text = f"{sign}{word} {float(abs(quantity)):.12g} {line.unit}"
        sums[carrier.carrier_id, use] = (old + quantity * ratio, [*how, text])
    return balance * (own if factor is None else factor)


def _inputs(figures: Mapping[str, Fraction]) -> Fraction:
    """Conversion input: the column of sums, else the sum of its parts."""
    if "input" in figures:
        return figures["input"]
    return sum((figures.get(name, Fraction(0)) for name in PROCESSES), Fraction(0))


def _near(one: float, other: float, least: float = 0.05, share: float = 1e-6) -> bool:
    """Equal but for the rounding of the figures."""
    return abs(one - other) <= max(least, share * max(abs(one), abs(other)))


def _check_sums(form: Form, finder: _Finder) -> None:
    """What must add up within a line, and a sum with its parts."""
    for line in form.lines:
        got = line.figures
        if "total" in got and ("industrial" in got or "other" in got):
            parts = got.get("industrial", 0.0) + got.get("other", 0.0)
            if not _near(got["total"], parts):
                finder.tell(form, line, "total", got["total"], "form_consumption", sum=f"{parts:.12g}")
        for part, whole, rule in _PARTS:
            above = got.get(part, 0.0) > got.get(whole, 0.0) and not _near(got[part], got.get(whole, 0.0))
            if whole in form.columns and above:
                finder.tell(form, line, part, got[part], rule, whole=f"{got.get(whole, 0.0):.12g}")
        processes = [got[name] for name in PROCESSES if name in got]
        if "input" in got and processes and not _near(got["input"], sum(processes)):
            finder.tell(form, line, "input", got["input"], "form_inputs", sum=f"{sum(processes):.12g}")
        for meaning, value in got.items():
            if value < 0:
                finder.tell(form, line, meaning, value, "below_minimum", minimum=0)
    by_name = {line.name: line for line in form.lines}
    for parent, kinds in _PARENTS.items():
        own = [by_name[name] for name in kinds if name in by_name and by_name[name].figures.get("industrial")]
        if parent in by_name and own and "industrial" in by_name[parent].figures:
            total, added = (
                by_name[parent].figures["industrial"],
                sum(line.figures["industrial"] for line in own),
            )
            if not _near(total, added):
                finder.tell(
                    form,
                    by_name[parent],
                    "industrial",
                    total,
                    "form_parent",
                    name=parent,
                    sum=f"{added:.12g}",
                )


def _check_agreement(first: Form, second: Form, finder: _Finder) -> None:
    """The industrial consumption that both forms state."""
    stated = {line.name: line.figures.get("industrial", 0.0) for line in first.lines}
    for line in second.lines:
        value = line.figures.get("industrial")
        if value is not None and line.name in stated and not _near(value, stated[line.name]):
            finder.tell(
                second,
                line,
                "industrial",
                value,
                "form_disagree",
                name=line.name,
                other=f"{stated[line.name]:.12g}",
            )


def _check_footer(forms: list[Form], tce: Fraction, finder: _Finder) -> None:
    """综合能源消费量 of the footer against the lines. Only where both forms, or one without conversion, are there."""
    for form in forms:
        if form.total_tce is None or form.total_at is None:
            continue
        if not _near(form.total_tce, float(tce), least=1.0, share=1e-3):
            row, column = form.total_at
            params = {"sum": f"{float(tce):,.2f}", "difference": f"{form.total_tce - float(tce):+,.2f}"}
            rule = "form_footer" if any(f.kind == "205-2" for f in forms) else "form_footer_alone"
            finder.problems.append(Spot(form.sheet, row, column, f"{form.total_tce:.12g}", rule, params))


def _tell_not_taken(form: Form, finder: _Finder) -> None:
    """Figures that no row of a scenario takes."""
    held = [
        meaning
        for meaning in _NOT_TAKEN
        if any(line.figures.get(meaning) for line in form.lines if line.name not in _TOTALS)
    ]
    if held:
        finder.notes.append(
            Spot(
                form.sheet,
                None,
                None,
                "",
                "note_form_not_taken",
                {"columns": "、".join(_CHINESE[m] for m in held)},
            )
        )


_CHINESE = {
    "other": "非工业生产消费", "opening": "年初库存量", "closing": "期末库存量", "purchased": "购进量",
    "amount": "购进金额", "transport": "运输工具消费", "other_province": "省外购进",
}  # fmt: skip
