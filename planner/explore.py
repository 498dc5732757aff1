"""What if the target changes: figures that follow a target while it moves, and the whole plan when it rests.

    from dualcontrol.explore import explore

    explore(scenario)     # in a notebook or as a page (`dualcontrol app`)

While a slider is dragged the preview follows (预览: the last plan's yes and no); when it has rested for a moment the
whole plan is made, with a choice of its own. Without widgets: `Explorer`.
"""

import asyncio
import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualcontrol.messages import Language, language, say
from dualcontrol.provenance import mark
from dualcontrol.session import SHORTCUTS, Session

if TYPE_CHECKING:
    from ipywidgets import VBox

    from dualcontrol.model.scenario import Scenario

QUICK = {"agenda.most_alternatives": 0, "agenda.simple_rules": False}  # reports that change no plan
REST_S = 0.7  # a slider that has not moved for this long was let go


@dataclass(frozen=True)
class Slider:
    """How a target is moved: the least and greatest value, the step, how many of its units are one as shown."""

    key: str
    unit: str
    low: float
    high: float
    step: float
    scale: float = 1.0


@dataclass(frozen=True)
class Outlook:
    """What a plan or a preview says of the county; None where there is nothing.

    value_wan_yuan: objective; energy_tce_eq: 等价, measure of intensity; reduction: of intensity on the base year,
    a share; admitted: projects; is_plan: of a plan, not a preview.
    """

    is_plan: bool
    value_wan_yuan: float | None = None
    gdp_wan_yuan: float | None = None
    energy_tce_eq: float | None = None
    reduction: float | None = None
    admitted: int | None = None


def sliders_of(scenario: "Scenario") -> tuple[Slider, ...]:
    """The targets of a scenario that have a number, as sliders around it."""
    found = []
    for key, setting in SHORTCUTS.items():
        value = getattr(scenario.settings.targets, setting.removeprefix("targets."))
        if value is None:
            continue
        if key == "energy_increment":
            found.append(Slider(key, "万tce", 0.0, max(10.0, round(2 * value / 1e4)), 0.1, 1e4))
        elif key == "carbon_budget":
            found.append(Slider(key, "万t", round(0.8 * value / 1e4), round(1.2 * value / 1e4), 1.0, 1e4))
        elif key == "overshoot_share":
            found.append(Slider(key, "%", 0.0, 5.0, 0.1, 0.01))
        else:
            high = max(2.0, round(200 * value))
            found.append(Slider(key, "%", min(0.0, round(200 * value)), high, 0.05, 0.01))
    return tuple(found)


class Explorer:
    """A live session told in the figures of a meeting. last: the last plan's."""

    def __init__(self, scenario: "Scenario") -> None:
        """Make the first plan. Infeasible and SolverError as of `dc.optimise`."""
        self.session = Session(scenario)
        self.session.set(QUICK)
        self.last = self.plan()

    def preview(self, targets: Mapping[str, float]) -> Outlook:
        """Set targets (shortcuts of a session, in the settings' units) and tell their preview."""
        self.session.set(targets)
        found = self.session.preview()
        return Outlook(
            is_plan=False,
            value_wan_yuan=found.value_wan_yuan,
            gdp_wan_yuan=found.gdp_wan_yuan,
            energy_tce_eq=found.energy_tce_eq,
            reduction=self._reduction(found.energy_tce_eq, found.gdp_wan_yuan),
        )

    def plan(self) -> Outlook:
        """The whole plan of the targets as they are. Infeasible and SolverError as of `dc.optimise`."""
        plan = self.session.solve()
        told = plan.summary
        self.last = Outlook(
            is_plan=True,
            value_wan_yuan=told["objective_wan_yuan"],
            gdp_wan_yuan=told["gdp_wan_yuan"],
            energy_tce_eq=told["energy_eq_tce"],
            reduction=told["intensity_reduction"],
            admitted=int((plan.projects["decision"] == "admitted").sum()),
        )
        return self.last

    def _reduction(self, energy_tce_eq: float | None, gdp_wan_yuan: float | None) -> float | None:
        plan = self.session.plan
        if energy_tce_eq is None or not gdp_wan_yuan or plan is None or not plan.summary["base_intensity"]:
            return None
        return 1.0 - energy_tce_eq / gdp_wan_yuan / float(plan.summary["base_intensity"])


def explore(scenario: "Scenario", lang: Language | None = None, rest_s: float = REST_S) -> "VBox":
    """Sliders, a table of figures and the picture of each enterprise's change, for a notebook.

    rest_s: seconds without a move after which the whole plan is made. Errors as of `Explorer`.
    """
    return Panel(Explorer(scenario), lang or language(), rest_s).box


class Panel:
    """The widgets around an explorer. box: what is shown; whole: makes the plan at once."""

    def __init__(self, explorer: Explorer, lang: Language, rest_s: float) -> None:
        """Lay out the widgets and show the first plan."""
        import ipywidgets as widgets

        self._explorer, self._lang, self._rest_s = explorer, lang, rest_s
        self._first = explorer.last
        self._waiting: asyncio.TimerHandle | None = None
        self._scales: dict[str, float] = {}
        self.sliders: dict[str, Any] = {}
        for one in sliders_of(explorer.session.base):
            value = getattr(
                explorer.session.base.settings.targets, SHORTCUTS[one.key].removeprefix("targets.")
            )
            slider = widgets.FloatSlider(
                value=value / one.scale, min=one.low, max=one.high, step=one.step, readout_format=".2f",
                description=f"{say(f'explore.{one.key}', lang)} ({one.unit})", continuous_update=True,
                style={"description_width": "15em"}, layout=widgets.Layout(width="min(42em, 98%)"),
            )  # fmt: skip
            slider.observe(self._moved, names="value")
            self.sliders[one.key], self._scales[one.key] = slider, one.scale
        self.table = widgets.HTML()
        self.state = widgets.HTML()
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.mark = widgets.HTML(f"<p><strong>{html.escape(mark(explorer.session.base) or '')}</strong></p>")
        self.box = widgets.VBox([self.mark, *self.sliders.values(), self.state, self.table, self.picture])
        self._show(explorer.last)
        self._draw()

    def _targets(self) -> dict[str, float]:
        return {key: slider.value * self._scales[key] for key, slider in self.sliders.items()}

    def _moved(self, change: object) -> None:
        del change
        self._show(self._explorer.preview(self._targets()))
        if self._waiting is not None:
            self._waiting.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody waits here: whoever moved the slider asks for the plan
            return
        self._waiting = loop.call_later(self._rest_s, self.whole)

    def whole(self) -> None:
        """Make the whole plan of the targets as they are, and show it."""
        from dualcontrol.optimise import Infeasible
        from dualcontrol.solvers.highs import SolverError

        self._waiting = None
        self.state.value = self._sentence("explore.working")
        try:
            self._show(self._explorer.plan())
        except Infeasible:
            self.state.value = self._sentence("explore.infeasible")
        except SolverError as error:
            self.state.value = self._sentence("explore.failed", error=error)
        else:
            self._draw()

    def _sentence(self, message: str, **params: object) -> str:
        return f'<p role="status">{html.escape(say(message, self._lang, **params))}</p>'

    def _show(self, now: Outlook) -> None:
        lang = self._lang
        heads = [
            say(f"explore.{name}", lang) for name in ("figure", "first", "plan" if now.is_plan else "preview")
        ]
        lines = [
            (say(f"explore.{name}", lang), _told(self._first, name), _told(now, name))
            for name in ("value", "gdp", "energy", "reduction", "admitted")
        ]
        head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
        body = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:right">{one}</td><td style="text-align:right">{other}</td></tr>'
            for name, one, other in lines
        )
        self.table.value = f'<table style="line-height:1.6"><tr>{head}</tr>{body}</table>'
        if now.is_plan:
            self.state.value = self._sentence("explore.is_plan")
        else:
            nothing = now.value_wan_yuan is None
            self.state.value = self._sentence("explore.no_preview" if nothing else "explore.is_preview")

    def _draw(self) -> None:
        from dualcontrol import figures

        session = self._explorer.session
        if session.plan is not None:
            self.picture.value = figures.before_after(session.rulings, session.plan, self._lang).png(dpi=80)


def _told(outlook: Outlook, name: str) -> str:
    """A figure as the table has it; a dash where there is none."""
    found: tuple[float | int | None, float, str] = {
        "value": (outlook.value_wan_yuan, 1e4, ",.2f"),
        "gdp": (outlook.gdp_wan_yuan, 1e4, ",.2f"),
        "energy": (outlook.energy_tce_eq, 1e4, ",.2f"),
        "reduction": (outlook.reduction, 0.01, ".2f"),
        "admitted": (outlook.admitted, 1, ".0f"),
    }[name]
    value, scale, form = found
    return "–" if value is None else format(value / scale, form)
