"""What the budget plan in Word says in figures: made of a published result, formatted once, for both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dualcontrol.annex import WAN, Material, Words, said
from dualcontrol.annexes import material_of
from dualcontrol.messages import Language, say
from dualcontrol.model.schema import BASES
from dualcontrol.provenance import mark
from dualcontrol.result_folder import Result
from dualcontrol.words import is_missing

FINAL = ("approved", "issued", "adjusted")


@dataclass(frozen=True)
class Facts:
    """A published result with what its documents are made of."""

    result: Result
    material: Material

    @property
    def summary(self) -> Mapping[str, Any]:
        """What `summary.json` says."""
        return self.result.summary

    @property
    def mark(self) -> str:
        """演示数据·非官方文件, or nothing for official data."""
        return mark(self.result.scenario) or ""

    @property
    def stage(self) -> Words:
        """草案, 征求意见稿, or nothing.

        Only a plan checked over the full year goes without; where there is no network to check, one that was approved.
        """
        state = str((self.result.state or {}).get("state", ""))
        if state == "consulted":
            return said("document.stage_consulted")
        is_checked = self.summary.get("time") == "checked_year" and not self.summary.get("is_relaxed")
        has_network = bool(self.summary.get("network"))
        if is_checked or (state in FINAL and not has_network):
            return Words("", "")
        return said("document.stage_draft")

    @property
    def day(self) -> datetime:
        """The plan's date, for the documents' properties."""
        day = self.result.scenario.settings.as_of
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - documents know no time zone

    def region(self, lang: Language) -> str:
        """The county's name."""
        settings = self.result.scenario.settings
        return (settings.region_zh if lang == "zh" else settings.region_en) or say(
            "document.this_county", lang
        )

    def title(self, lang: Language) -> str:
        """The title of the plan."""
        year = self.result.scenario.settings.plan_year
        return say("document.title", lang, region=self.region(lang), year=year)

    def told(self, lang: Language) -> dict[str, object]:
        """Figures of the summary under the names that sentences use, formatted; a dash for what is not there."""
        summary, settings = self.summary, self.result.scenario.settings
        targets, accounting = settings.targets, settings.accounting
        figures: dict[str, object] = {
            "region": self.region(lang), "base": settings.base_year, "year": settings.plan_year,
            "as_of": settings.as_of.isoformat(), "price_base": settings.price_base or "–",
            "k_eq": f"{accounting.k_eq_tce_per_mwh:g}", "scenario": self.result.scenario.name,
            "title": settings.title_zh if lang == "zh" else settings.title_en,
        }  # fmt: skip
        for name in ("energy_tce", "energy_eq_tce", "energy_eq_total_tce", "co2_t"):
            plan, before = summary.get(name), summary.get(f"base_{name}")
            figures |= {
                name: wan(plan),
                f"base_{name}": wan(before),
                f"change_{name}": wan_change(plan, before),
            }
        for name in ("gdp_wan_yuan", "base_gdp_wan_yuan", "objective_wan_yuan"):
            figures[name] = wan(summary.get(name))  # 亿元
        figures |= {
            "intensity": decimals(summary.get("intensity"), 4),
            "base_intensity": decimals(summary.get("base_intensity"), 4),
            "reduction": percent(summary.get("intensity_reduction")),
            "asked": percent(targets.intensity_reduction),
            "incentive": percent(targets.incentive_intensity_reduction),
            "growth": percent(targets.gdp_growth),
            "increment": wan(summary.get("increment_tce_eq")),
            "co2_budget": wan(targets.co2_budget_t),
            "reserve": wan(summary.get("reserve_tce")),
            "benchmark": decimals(summary.get("benchmark_tce_per_wan_yuan"), 4),
            "overshoot": percent(targets.overshoot_max_share),
        }
        return figures

    def basis(self, lang: Language) -> str:
        """How sure the rows are: shares of energy and of value added by basis, in one sentence."""
        shares: Mapping[str, Mapping[str, float]] = self.summary["basis_shares"]
        sign = "、" if lang == "zh" else ", "
        told = {
            kind: sign.join(f"{say(f'basis.{b}', lang)} {of[b]:.1%}" for b in BASES if of.get(b)) or "–"
            for kind, of in shares.items()
        }
        return say("document.basis", lang, tce=told["tce"], value=told["value_added"])


def facts_of(result: Result) -> Facts:
    """The facts of a published result."""
    return Facts(result, material_of(result.scenario, result.plan))


def wan(value: object) -> str:
    """An amount in ten thousands with two decimals; a dash for a missing one."""
    return "–" if is_missing(value) else f"{float(value) / WAN:,.2f}"  # type: ignore[arg-type]


def wan_change(after: object, before: object) -> str:
    """The change of an amount in ten thousands, with its sign, of the unrounded figures."""
    if is_missing(after) or is_missing(before):
        return "–"
    return f"{(float(after) - float(before)) / WAN:+,.2f}".replace("-", "−")  # type: ignore[arg-type]


def percent(share: object) -> str:
    """A share in percent with two decimals."""
    return "–" if is_missing(share) else f"{float(share):.2%}"  # type: ignore[arg-type]


def decimals(value: object, places: int) -> str:
    """A number with so many decimals."""
    return "–" if is_missing(value) else f"{float(value):,.{places}f}"  # type: ignore[arg-type]
