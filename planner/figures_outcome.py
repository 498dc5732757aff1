"""Figures of what comes out: every enterprise before and after, what the limits are worth, and the check."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from dualcontrol.fleets import fleet_names
from dualcontrol.messages import Language, say
from dualcontrol.picture import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    RED,
    Picture,
    Speech,
    Tonnes,
    drawing,
    new_picture,
    short,
    tonnes,
    wrap,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.model.audit import Check, Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.policy import Rulings
    from dualcontrol.model.scenario import Scenario

_MOST_UNITS, _MOST_PRICES = 40, 22
_LINE = 0.215  # inches per line of a table


def before_after(rulings: "Rulings", plan: "Plan", lang: Language | None = None) -> Picture:
    """Every unit's quota (bars) and planned use (dots) against its opening balance, 当量, largest first."""
    scenario = rulings.accounts.scenario
    with drawing(lang) as words:
        units = plan.quotas[plan.quotas["kind"] == "unit"].sort_values(
            ["opening_tce", "id"], ascending=[False, True], ignore_index=True
        )
        before, after = int(units["opening_tce"].sum()), int(units["quota_tce"].sum())
        measure = tonnes(words, max(before, after))
        change = units["quota_tce"] - units["opening_tce"]
        title = words.say(
            "picture.change.title", down=int((change < 0).sum()), up=int((change > 0).sum()),
            same=int((change == 0).sum()), before=measure.text(before), after=measure.text(after),
            unit=measure.unit,
        )  # fmt: skip
        shown = units.head(_MOST_UNITS)
        subtitle = words.say("picture.change.subtitle", year=scenario.settings.plan_year)
        height = 2.2 + 0.22 * max(3, len(shown))
        picture = new_picture(scenario, words, title, subtitle, (10.5, height))
        axes = picture.subplots()
        _changes(axes, shown, measure, words)
        label = words.say("picture.change.axis")
        if len(shown) < len(units):
            rest = units.iloc[len(shown) :]
            label += "   " + words.say(
                "picture.change.more", count=len(rest), tce=measure.text(int(rest["opening_tce"].sum())),
                unit=measure.unit,
            )  # fmt: skip
        axes.set_xlabel(label)
    return picture


def _changes(axes: "Axes", shown: pd.DataFrame, measure: Tonnes, words: Speech) -> None:
    opening = shown["opening_tce"].where(shown["opening_tce"] > 0)
    quota = (shown["quota_tce"] / opening - 1) * 100
    use = (shown["planned_use_tce"] / opening - 1) * 100
    places = range(len(shown))
    colours = [BLUE if q > 0 else RED if q < 0 else GREY for q in quota.fillna(0.0)]
    axes.barh(places, quota.fillna(0.0), height=0.66, color=colours)
    axes.scatter(use, places, s=14, color=INK, zorder=3, label=words.say("picture.change.use"))
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set_yticks(
        places, [short(words.name(r.name, r.id), 30) for r in shown.itertuples(index=False)], size=8
    )
    axes.set_ylim(max(3, len(shown)) - 0.4, -0.6)
    reach = max(1.0, float(pd.concat([quota, use]).abs().max()) if len(shown) else 0.0)
    axes.set_xlim(-reach * 1.15, reach * 1.15)
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.spines["right"].set_visible(False)
    texts = [
        f"{measure.text(row.opening_tce)} → {measure.text(row.quota_tce)}"
        for row in shown.itertuples(index=False)
    ]
    right.set_yticks(places, texts, size=8)
    right.tick_params(axis="y", length=0)
    right.set_title(words.say("picture.change.column", unit=measure.unit), loc="right", size=8.5, weight="normal",
                    color=FAINT)  # fmt: skip
    if len(shown):
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0))


def prices(rulings: "Rulings", plan: "Plan", lang: Language | None = None) -> Picture:
    """The constraints that bind, as a table: limit, left and right price, what a government may relax."""
    scenario = rulings.accounts.scenario
    with drawing(lang) as words:
        table = binding(plan.constraints)
        shown = table.head(_MOST_PRICES)
        subtitle = words.say("picture.prices.subtitle")
        height = 1.5 + _LINE * (max(3, len(shown)) + 2)
        picture = new_picture(scenario, words, _price_title(plan, words), subtitle, (12.0, height))
        axes = picture.subplots()
        _price_table(axes, shown, _objects(scenario, words.lang), words)
        notes = [words.say("picture.prices.relaxable")] if shown["relaxable"].any() else []
        if len(shown) < len(table):
            notes.append(words.say("picture.more", count=len(table) - len(shown)))
        axes.text(0.0, max(3, len(shown)) + 1.5, "     ".join(notes), va="center", size=8, color=FAINT)
    return picture


def binding(constraints: pd.DataFrame) -> pd.DataFrame:
    """Constraints with a price, those a government may relax first, then the dearest (per unit) first."""
    top = constraints[["price_left", "price_right"]].abs().max(axis=1)
    held = constraints.assign(top=top)[top > 0]
    return held.sort_values(
        ["relaxable", "top", "name", "index"], ascending=[False, False, True, True], ignore_index=True
    )


def _price_title(plan: "Plan", words: Speech) -> str:
    held = binding(plan.constraints)
    if held.empty:
        return words.say("picture.prices.title_none")
    first = {row.name: row for row in held.itertuples(index=False)}
    figures: dict[str, object] = {}
    if "pool_balance" in first:
        figures["value"] = _price(_relaxing(first["pool_balance"]))
    if "county_intensity" in first:
        figures["point"] = _price(_relaxing(first["county_intensity"]))
    if len(figures) == 2:
        return words.say("picture.prices.title_both", **figures)
    if "value" in figures:
        return words.say("picture.prices.title_total", **figures)
    if "point" in figures:
        return words.say("picture.prices.title_intensity", value=figures["point"])
    return words.say("picture.prices.title_neither", count=len(held))


def _relaxing(row: Any) -> float:
    return float(row.price_right if pd.notna(row.price_right) else row.price_left)


def _price(value: float) -> str:
    """A price with about four digits, never an exponent."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{float(f'{value:.3g}'):,.6f}".rstrip("0").rstrip(".")


def _objects(scenario: "Scenario", lang: Language) -> dict[str, str]:
    """Names of everything a constraint may be about, by id."""
    keys = {"units": "unit_id", "projects": "project_id", "society": "line_id", "sectors": "sector_id",
            "resources": "resource_id"}  # fmt: skip
    names = fleet_names(scenario, lang)
    for table, key in keys.items():
        frame = scenario.table(table)
        names |= dict(zip(frame[key].astype(str), frame["name"].astype(str), strict=True))
    return names


def _price_table(axes: "Axes", shown: pd.DataFrame, names: dict[str, str], words: Speech) -> None:
    columns = (
        (0.0, "left", "constraint"), (0.33, "left", "object"), (0.59, "left", "clause"), (0.75, "right", "limit"),
        (0.845, "right", "left"), (0.92, "right", "right"), (0.935, "left", "unit"),
    )  # fmt: skip
    axes.set_axis_off()
    axes.set_xlim(0, 1.03)
    axes.set_ylim(max(3, len(shown)) + 2, -0.2)
    for x, align, key in columns:
        text = words.say(f"picture.prices.{key}")
        axes.text(x, 0.4, text, ha=align, va="center", color=FAINT, size=8.5)
    axes.plot((0, 1.03), (0.95, 0.95), color=FAINT, linewidth=0.8)
    for place, row in enumerate(shown.itertuples(index=False)):
        y = place + 1.5
        weight = "bold" if row.relaxable else "normal"
        cells = (
            short(words.words("constraint", row.name), 44),
            short(words.name(names.get(str(row.index), row.index), row.index), 32), str(row.clause),
            f"{row.limit:,.0f} {_unit(row.unit, words)}".replace("-", "−"),
            _cell(row.price_left, words), _cell(row.price_right, words), _unit(row.price_unit, words),
        )  # fmt: skip
        for (x, align, _), text in zip(columns, cells, strict=True):
            axes.text(x, y, text, ha=align, va="center", size=8.5, weight=weight)


def _unit(unit: str, words: Speech) -> str:
    return words.plain(unit.replace("tce_eq", "tce（等价）" if words.lang == "zh" else "tce 等价"))


def _cell(price: float, words: Speech) -> str:
    return words.say("picture.prices.stuck") if pd.isna(price) else _price(float(price))


def checks(scenario: "Scenario", verdict: "Verdict", lang: Language | None = None) -> Picture:
    """All checks of the audit: what holds, how many places were looked at, how much room the limits leave."""
    with drawing(lang) as words:
        failures = len(verdict.failed)
        key = "failed" if failures else "passed"
        title = words.say(f"picture.checks.title_{key}", count=len(verdict.checks), failures=failures)
        lines = [
            line for c in sorted(verdict.checks, key=lambda c: c.passed) for line in _check_lines(c, words)
        ]
        rows = -(-len(lines) // 2)
        picture = new_picture(
            scenario, words, title, words.say("picture.checks.subtitle"), (12.5, 1.75 + _LINE * (rows + 1))
        )
        for number, axes in enumerate(picture.subplots(1, 2)):
            axes.set_axis_off()
            axes.set_xlim(0, 1)
            axes.set_ylim(rows + 1.2, -0.2)
            for place, (sign, text, room, colour) in enumerate(lines[number * rows : (number + 1) * rows]):
                passed = {"va": "center", "in_layout": False}
                axes.text(0.0, place + 0.5, sign, size=10, weight="bold",
                          color=RED if sign == "✗" else GREEN, **passed)  # fmt: skip
                axes.text(0.035, place + 0.5, text, size=8.5, color=colour, **passed)
                axes.text(1.0, place + 0.5, room, size=8, color=FAINT, ha="right", **passed)
        if verdict.value_wan_yuan is not None and verdict.gap_wan_yuan is not None:
            text = words.say(
                "picture.checks.value", value=f"{float(verdict.value_wan_yuan):,.2f}",
                gap=f"{max(0.0, float(verdict.gap_wan_yuan)):,.2f}",
            )  # fmt: skip
            picture.axes[0].text(0.0, rows + 0.8, text, va="center", size=9, weight="bold", in_layout=False)
    return picture


def _check_lines(check: "Check", words: Speech) -> list[tuple[str, str, str, str]]:
    """Sign, text, room and colour of each line about a check: one if it holds, its whole message if it does not."""
    if not check.passed:
        told = wrap(words.say(f"audit.{check.name}", **check.params), 88)
        return [("✗" if number == 0 else "", line, "", RED) for number, line in enumerate(told)]
    count = check.params["count"]
    if count == "0":
        return [("✓", short(check_name(check, words), 64), words.say("picture.checks.empty"), GREY)]
    return [("✓", f"{short(check_name(check, words), 66)} ({count})", _room(check, words), INK)]


def check_name(check: "Check", words: Speech) -> str:
    """What a check is about: its message up to the bracket or colon in front of the first figure."""
    text = say(f"audit.{check.name}", words.lang, **dict.fromkeys(check.params, "\0")).partition("\0")[0]
    stop = max(text.rfind(sign) for sign in ("（", " (", "：", ": "))
    return words.plain(text[:stop] if stop > 0 else text).strip(" ，,；;“")


def _room(check: "Check", words: Speech) -> str:
    """How far the tightest limit is from being exceeded, relative to its size; nothing for equalities."""
    if not check.is_limit:
        return ""
    room = -float(check.relative)
    return (
        words.say("picture.checks.none")
        if room < 5e-7
        else words.say("picture.checks.room", room=_percent(room))
    )


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"
