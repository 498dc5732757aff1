"""Figures of a plan's power network: the grid and its loading, the dispatch, its duration, what is curtailed.

Each takes the scenario and the plan (`plan.power`); ValueError for a plan without a network.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from dualcontrol.messages import Language
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import HOURS, PowerInputs, power_inputs
from dualcontrol.model.power.network import Series
from dualcontrol.picture import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    RED,
    SKY,
    YELLOW,
    Picture,
    Speech,
    drawing,
    new_picture,
    short,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

Floats = npt.NDArray[np.float64]
SOURCES = ("thermal", "import", "discharge", "wind", "pv")  # from the bottom of the stack
COLOURS = {"thermal": GREY, "import": RED, "discharge": GREEN, "wind": SKY, "pv": YELLOW}
_KIND = {"rooftop_pv": "pv"}
_SEEN = 5e-5  # of all that is fed in: less is not to be seen
_MOST_DAYS = 24  # more days than these are shown as the mean day of each month


@dataclass(frozen=True)
class Operation:
    """The operation of a plan by hour: power of each group in MW, (T,), never negative; exports and loads as well.

    weight: hours of the year each stands for, (T,). hour: of the year, (T,). dispatch: as the plan has it.
    """

    power: PowerInputs
    dispatch: Dispatch
    built: dict[str, float]
    hour: npt.NDArray[np.int64]
    weight: Floats
    groups: dict[str, Floats]

    @property
    def month(self) -> npt.NDArray[np.int64]:
        """Month of each hour, 1 to 12."""
        return _months(self.hour)

    def gwh(self, group: str) -> float:
        """Energy of a group over the year, GWh."""
        return float((self.groups[group] * self.weight).sum() / 1000)


def _months(hour: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Month of hours of a year of 365 days."""
    moment = pd.Timestamp("2021-01-01") + pd.to_timedelta(hour, unit="h")
    return np.asarray(moment.month, dtype=np.int64)


def operation(scenario: "Scenario", plan: "Plan") -> Operation:
    """The hours of a plan's tables. ValueError for a plan without a network."""
    if "dispatch" not in plan.power:
        raise ValueError("the plan has no network")
    power = power_inputs(scenario)
    table = plan.power["dispatch"]
    wide = table.pivot_table(index="hour", columns="asset", values="kwh", aggfunc="sum", observed=True)
    weight = table.groupby("hour")["weight"].first()
    hour = wide.index.to_numpy(dtype=np.int64)
    is_account = wide.columns.astype(str).str.startswith("green")
    injection = {str(a): wide[a].to_numpy(dtype=np.int64) for a in wide.columns[~is_account]}
    profiles = {str(n): power.profiles[n].to_numpy(dtype=np.float64)[hour] for n in power.profiles.columns}
    series = Series(len(hour), profiles, weight.to_numpy(dtype=np.float64), hour // 24, hour)
    assets = plan.power["assets"]
    builds = assets[assets["kind"] == "build"]
    groups = dict.fromkeys((*SOURCES, "load", "charge", "export", "shed"), np.zeros(len(hour)))
    for asset, kwh in injection.items():
        group = _group(asset, power)
        groups[group] = groups[group] + np.abs(kwh) / 1000
    return Operation(
        power,
        Dispatch(series, injection, {}, np.zeros(len(hour), dtype=np.int64), {}),
        dict(zip(builds["asset"], builds["built"].astype(float), strict=True)),
        hour,
        series.weight if series.weight is not None else np.ones(len(hour)),
        groups,
    )


def _group(asset: str, power: PowerInputs) -> str:
    """What an asset of the dispatch is shown as."""
    start, _, end = asset.partition(":")
    if start in ("load", "shed"):
        return start
    if end in ("import", "export", "charge", "discharge"):
        return end
    kind = str(power.plants[asset.partition("+")[0]].kind)
    return _KIND.get(kind, kind)


def legend_below(picture: Picture, handles: list[Any], labels: list[str]) -> None:
    """One line of legend under the drawing, above the mark and the origin."""
    height = picture.get_figheight()
    engine: Any = picture.get_layout_engine()
    left, low, width, tall = engine.get()["rect"]
    engine.set(rect=(left, low + 0.28 / height, width, tall - 0.28 / height))
    legend = picture.legend(
        handles, labels, loc="lower center", bbox_to_anchor=(0.5, 0.3 / height), ncols=max(1, len(labels)),
        columnspacing=1.3, borderaxespad=0.0,
    )  # fmt: skip
    legend.set_in_layout(False)


# -- dispatch ------------------------------------------------------------------------------------------------


def dispatch_stack(scenario: "Scenario", plan: "Plan", lang: Language | None = None) -> Picture:
    """Hour by hour who feeds in (stack), what is used and what leaves (lines): typical days, or months' mean days."""
    with drawing(lang) as words:
        run = operation(scenario, plan)
        days = _days(run)
        fed = sum(run.gwh(s) for s in SOURCES)
        some = "hardly" if run.gwh("import") >= _SEEN * fed else "alone"
        key = "imports" if run.gwh("import") > 0.005 * fed else some
        title = words.say(
            f"picture.stack.title_{key}", thermal=run.gwh("thermal") / fed,
            renewable=(run.gwh("pv") + run.gwh("wind")) / fed,
            exported=run.gwh("export") / fed, imported=run.gwh("import") / fed,
        )  # fmt: skip
        shown = [s for s in SOURCES if run.gwh(s) >= _SEEN * fed]
        kind = "months" if len(run.hour) // 24 > _MOST_DAYS else "days"
        subtitle = words.say(f"picture.stack.subtitle_{kind}", year=scenario.settings.plan_year)
        columns = min(6, len(days))
        rows = -(-len(days) // columns)
        picture = new_picture(scenario, words, title, subtitle, (12.5, 1.7 + 2.45 * rows))
        grid = picture.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, (name, weight, groups) in zip(grid, days, strict=False):
            _stack(axes, groups, shown)
            axes.set_title(words.say(f"picture.stack.{kind}", **name, weight=weight), size=9, weight="normal")
        for axes in grid[len(days) :]:
            axes.set_axis_off()
        for axes in grid[::columns]:
            axes.set_ylabel("MW")
        for axes in grid[-columns:]:
            axes.set_xlabel(words.say("picture.curtailment.hour"))
        grid[-1].set_xlim(0, 24)
        grid[-1].set_xticks((0, 6, 12, 18, 24))
        grid[0].set_ylim(0, 1.06 * max(float(_used(g).max()) for _, _, g in days))
        handles, labels = grid[0].get_legend_handles_labels()
        told = [
            f"{words.say(f'picture.stack.{label}')} {_twh(run.gwh(label), words)}"
            if label in run.groups
            else words.say(f"picture.stack.{label}")
            for label in labels
        ]
        legend_below(picture, handles, told)
    return picture


def _twh(gwh: float, words: Speech) -> str:
    """Energy as people of the language say it: 亿千瓦时 (10⁸ kWh) or TWh."""
    value, unit = (gwh / 100, "亿kWh") if words.lang == "zh" else (gwh / 1000, "TWh")
    return f"{value:,.1f} {unit}" if value >= 0.1 else f"{value:.2g} {unit}"


def _used(groups: dict[str, Floats]) -> Floats:
    return groups["load"] + groups["charge"] + groups["export"] - groups["shed"]


def _days(run: Operation) -> list[tuple[dict[str, int], int, dict[str, Floats]]]:
    """Days to show: date, how many days of the year each stands for, its groups in MW (24,)."""
    first = run.hour[::24]
    groups = {name: values.reshape(-1, 24) for name, values in run.groups.items()}
    if len(first) <= _MOST_DAYS:
        dates = pd.Timestamp("2021-01-01") + pd.to_timedelta(first, unit="h")
        return [
            (
                {"month": d.month, "day": d.day},
                round(run.weight[24 * k]),
                {n: v[k] for n, v in groups.items()},
            )
            for k, d in enumerate(dates)
        ]
    month, weight = _months(first), run.weight[::24]
    return [
        (
            {"month": int(m)},
            round(weight[month == m].sum()),
            {n: np.average(v[month == m], axis=0, weights=weight[month == m]) for n, v in groups.items()},
        )
        for m in np.unique(month)
    ]


def _stack(axes: "Axes", groups: dict[str, Floats], shown: list[str]) -> None:
    edges = np.arange(25)
    bottom = np.zeros(24)
    for name in shown:
        top = bottom + groups[name]
        axes.stairs(top, edges, baseline=bottom, fill=True, color=COLOURS[name], label=name)
        bottom = top
    axes.stairs(groups["load"] - groups["shed"], edges, baseline=None, color=INK, linewidth=1.6, label="load")
    axes.stairs(
        _used(groups),
        edges,
        baseline=None,
        color=BLUE,
        linewidth=1.3,
        linestyle=(0, (4, 2)),
        label="with_export",
    )


# -- duration ------------------------------------------------------------------------------------------------


def duration(scenario: "Scenario", plan: "Plan", lang: Language | None = None) -> Picture:
    """How many hours of the year load, residual load and export are at least so high."""
    with drawing(lang) as words:
        run = operation(scenario, plan)
        load = run.groups["load"] - run.groups["shed"]
        residual = load - run.groups["pv"] - run.groups["wind"]
        export = run.groups["export"]
        limit = _export_limit(run)
        full = float(run.weight[(export >= limit * 0.999) & (limit > 0)].sum() / run.weight.sum() * HOURS)
        low = residual[residual.argmin()]
        title = words.say(
            "picture.duration.title", low=load.min(), high=load.max(), residual=low,
            export=np.average(export, weights=run.weight), full=round(full),
        )  # fmt: skip
        subtitle = words.say(f"picture.duration.subtitle_{'year' if len(run.hour) == HOURS else 'days'}",
                             days=len(run.hour) // 24)  # fmt: skip
        picture = new_picture(scenario, words, title.replace("-", "−"), subtitle, (11, 5.6))
        axes = picture.subplots()
        curves = (
            ("load", load, INK, "-"),
            ("residual", residual, ORANGE, "-"),
            ("export", export, BLUE, (0, (4, 2))),
        )
        for name, values, colour, style in curves:
            x, y = duration_curve(values, run.weight)
            mean = float(np.average(values, weights=run.weight))
            label = words.say(f"picture.duration.{name}", mean=mean)
            axes.stairs(y, x, baseline=None, color=colour, linestyle=style, linewidth=1.9, label=label)
        if limit.max() > 0:
            axes.axhline(limit.max(), color=BLUE, linewidth=0.8, linestyle=":")
            text = words.say("picture.duration.limit", limit=limit.max())
            axes.annotate(
                text, (HOURS, limit.max()), (0, 3), textcoords="offset points", ha="right", color=BLUE
            )
        axes.axhline(0, color=FAINT, linewidth=0.8)
        axes.set_xlim(0, HOURS)
        axes.set_ylim(bottom=0 if min(low, 0.0) == 0 else None)
        axes.set_xticks(range(0, HOURS + 1, 1000))
        axes.grid(visible=True, axis="both")
        axes.set_xlabel(words.say("picture.duration.x"))
        axes.set_ylabel("MW")
        legend_below(picture, *axes.get_legend_handles_labels())
    return picture


def duration_curve(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Edges in hours of the year, (T + 1,), and values from the highest down, (T,): each as wide as its weight."""
    order = np.argsort(-values, kind="stable")
    wide = weight[order] * HOURS / weight.sum()
    return np.concatenate([[0.0], np.cumsum(wide)]), values[order]


def _export_limit(run: Operation) -> Floats:
    """What exchanges in service could export, MW by hour."""
    limit = np.zeros(len(run.hour))
    for g in run.power.network.generators:
        if g.sign < 0 and g.id in run.power.exchanged:
            limit = limit + g.capacity_mw * _service(run, g.build)
    return limit


def _service(run: Operation, build: str | None) -> Floats:
    """Share of each hour that something is in service."""
    if build is None:
        return np.ones(len(run.hour))
    return np.asarray(run.built.get(build, 0.0) * run.dispatch.series.profiles[f"service:{build}"])


# -- curtailment and utilisation ------------------------------------------------------------------------------


def curtailment(scenario: "Scenario", plan: "Plan", lang: Language | None = None) -> Picture:
    """Curtailed MWh by month and hour of the day, and the hours of each fleet against its floor (3.4.3h)."""
    with drawing(lang) as words:
        run = operation(scenario, plan)
        table, lost, possible = curtailed(run)
        fleets = utilisation(run)
        missed = fleets[fleets["hours"] < fleets["floor"] - 0.5]
        key = "lost" if lost > 5e-4 * possible else "none"
        title = words.say(f"picture.curtailment.title_{key}", share=lost / max(1e-9, possible), mwh=lost)
        title += words.say(
            f"picture.curtailment.{'missed' if len(missed) else 'kept'}",
            count=len(missed), fleets=len(fleets),
        )  # fmt: skip
        days = "year" if len(run.hour) == HOURS else "days"
        subtitle = words.say(f"picture.curtailment.subtitle_{days}")
        picture = new_picture(scenario, words, title, subtitle, (12.5, 5.4))
        left, right = picture.subplots(1, 2, width_ratios=(1.05, 1))
        _heat(picture, left, table, words)
        _hours(right, fleets, words)
    return picture


def curtailed(run: Operation) -> tuple[pd.DataFrame, float, float]:
    """MWh curtailed in the year, month x hour of the day (NaN: no day of that month); the sum; what could be made."""
    could, made = np.zeros(len(run.hour)), np.zeros(len(run.hour))
    for g in run.power.green:
        could = could + _could_mw(run, run.power.plants[g])
        made = made + run.dispatch.injection[g] / 1000
    lost = (
        np.maximum(0.0, could - made - 0.002 * len(run.power.green)) * run.weight
    )  # less the rounding to kWh
    frame = pd.DataFrame({"month": run.month, "hour": run.hour % 24, "mwh": lost})
    table = frame.pivot_table(index="month", columns="hour", values="mwh", aggfunc="sum")
    return table.reindex(range(1, 13)), float(lost.sum()), float((could * run.weight).sum())


def _could_mw(run: Operation, plant: Any) -> Floats:
    """What a renewable plant could make, MW by hour."""
    share: Floats = run.dispatch.series.profiles[plant.profile_id]
    return float(plant.capacity_mw) * share * _service(run, plant.build_id or None)


def utilisation(run: Operation) -> pd.DataFrame:
    """One row per fleet with a floor: name ids, kind, mw, hours, available hours (renewables), floor of the months.

    A thermal plant is a fleet of its own, so are existing renewables of a kind and those of a build; a floor holds for
    the months in service.
    """
    fleets: dict[str, list[Any]] = {}
    for row in run.power.plants.values():
        if row.hours_floor > 0 and (not row.build_id or run.built[row.build_id] > 0.5):
            kind = f"{row.kind}:{row.build_id}" if row.build_id else row.kind
            fleets.setdefault(row.plant_id if row.kind == "thermal" else kind, []).append(row)
    rows = []
    for rows_of in fleets.values():
        mw = sum(float(r.capacity_mw) for r in rows_of)
        ids = [r.plant_id for r in rows_of]
        kwh = sum(v for a, v in run.dispatch.injection.items() if a.partition("+")[0] in ids)
        build = rows_of[0].build_id
        start = int(run.power.builds[build].start_month) if build else 1
        available = np.nan
        if rows_of[0].kind != "thermal":
            could = sum(_could_mw(run, r) for r in rows_of)
            available = float((could * run.weight).sum()) / mw
        floor = sum(float(r.capacity_mw * r.hours_floor) for r in rows_of) / mw * (13 - start) / 12
        rows.append(
            {
                "ids": ids, "names": [r.name for r in rows_of], "kind": rows_of[0].kind, "mw": mw,
                "hours": float((kwh * run.weight).sum()) / 1000 / mw, "available": available,
                "floor": floor, "start": start,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["ids", "names", "kind", "mw", "hours", "available", "floor", "start"])


def _heat(picture: Picture, axes: "Axes", table: pd.DataFrame, words: Speech) -> None:
    values = table.to_numpy(dtype=np.float64)
    axes.set_facecolor("#EEEEEE")
    most = max(1.0, float(np.nanmax(values)) if np.isfinite(values).any() else 0.0)
    colours = LinearSegmentedColormap.from_list("curtailed", (PAPER, ORANGE, RED))
    image = axes.pcolormesh(np.arange(25), np.arange(13), values, cmap=colours, vmin=0, vmax=most)
    axes.set_ylim(12, 0)
    axes.set_xticks(range(0, 25, 3))
    empty = table.isna().all(axis=1).to_numpy()
    axes.set_yticks(
        np.arange(12) + 0.5, [words.say("picture.curtailment.month", month=m) for m in range(1, 13)]
    )
    for k in np.flatnonzero(empty):
        text = words.say("picture.curtailment.no_day")
        axes.text(12, k + 0.5, text, ha="center", va="center", size=8, color=FAINT)
    axes.set_xlabel(words.say("picture.curtailment.hour"))
    axes.tick_params(length=0)
    some = np.nansum(values) > 0
    axes.set_title(words.say(f"picture.curtailment.heat{'' if some else '_none'}"))
    if some:
        picture.colorbar(image, ax=axes, label="MWh", shrink=0.8, pad=0.02)


def _hours(axes: "Axes", fleets: pd.DataFrame, words: Speech) -> None:
    axes.set_title(words.say("picture.curtailment.hours"))
    reach = max(1.0, *fleets[["hours", "floor", "available"]].max().fillna(0.0)) if len(fleets) else 1.0
    for k, row in enumerate(fleets.itertuples(index=False)):
        kept = row.hours >= row.floor - 0.5
        axes.barh(k, row.hours, height=0.42, color=GREEN if kept else ORANGE)
        axes.plot((row.floor, row.floor), (k - 0.29, k + 0.21), color=INK, linewidth=2.2)
        names = [words.name(n, i) for n, i in zip(row.names, row.ids, strict=True)]
        name = short(("、" if words.lang == "zh" else ", ").join(names), 70)
        axes.text(0, k - 0.40, name, va="bottom", size=9, weight="bold")
        key = "kept" if kept else "missed"
        text = words.say(
            f"picture.curtailment.bar_{key}", hours=row.hours, floor=row.floor, lack=row.floor - row.hours
        )
        if row.start > 1:
            text += words.say("picture.curtailment.months", start=row.start, months=13 - row.start)
        if not np.isnan(row.available) and not kept and row.available < row.floor - 0.5:
            text += words.say("picture.curtailment.sun", available=row.available)
        axes.text(0, k + 0.24, text, va="top", size=8.5, color=INK)
    axes.set_ylim(max(3, len(fleets)) - 0.35, -0.75)
    axes.set_xlim(0, reach * 1.25)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    axes.set_xlabel(words.say("picture.curtailment.x"))
