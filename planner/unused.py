"""Quota that nobody plans to use: how much, whose, and what the intensity would be if all of it were used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dualcontrol.messages import Language, say
from dualcontrol.model.plan import SHOWN_TCE
from dualcontrol.words import account_names

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

MOST = 5  # names; the rest is a number


def unused_told(summary: Mapping[str, Any], scenario: "Scenario", lang: Language) -> list[str]:
    """One or two sentences; none where no unit keeps a whole tonne that it does not plan to use."""
    quotas: Mapping[str, float] = summary.get("unused_quotas_tce") or {}
    if not quotas:
        return []
    names = account_names(scenario)
    told = [
        say("unused.unit", lang, name=names.get(f"unit:{unit}", unit), tce=tce)
        for unit, tce in list(quotas.items())[:MOST]
    ]
    if len(quotas) > MOST:
        told.append(
            say("unused.others", lang, count=len(quotas) - MOST, tce=sum(list(quotas.values())[MOST:]))
        )
    between = "、" if lang == "zh" else ", "
    rounding = summary["unused_quota_tce"] - sum(quotas.values())
    if abs(rounding) >= SHOWN_TCE:
        told.append(say("unused.rounding", lang, tce=rounding))
    lines = [say("unused.quotas", lang, tce=summary["unused_quota_tce"], units=between.join(told))]
    planned = summary.get("intensity_reduction")
    at_worst = summary.get("intensity_reduction_if_quotas_fully_used")
    if planned is not None and at_worst is not None:
        asked = scenario.settings.targets.intensity_reduction
        target = "–" if asked is None else f"{asked:.2%}"
        lines.append(say("unused.intensity", lang, planned=planned, at_worst=at_worst, target=target))
    return lines
