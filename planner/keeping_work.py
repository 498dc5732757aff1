"""What `solve --keep DIR` tells: what is kept, what the rules no longer let stand, what keeping it costs."""

from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import say

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario


def with_promises(voice: Voice, scenario: "Scenario", folder: Path) -> "Scenario":
    """The scenario with what the plan in `folder` granted. PublishError where that is no plan as published."""
    from dualcontrol.keeping import keep, promises_of

    promises = promises_of(folder)
    kept = keep(scenario, promises)
    voice.say("keep.done", count=kept.count, folder=folder, document=promises.document)
    if not promises.is_issued:
        voice.say("keep.not_issued", folder=folder)
    for one in kept.not_kept:
        why = say("keep.gone", voice.lang) if not one.clause else one.clause
        voice.say(
            "keep.not_kept", account=one.account, promised=one.promised_tce, kept=one.kept_tce, clause=why
        )
    return kept.scenario


def tell_price(voice: Voice, plan: "Plan") -> None:
    """What the decisions take from the plan's value, all together; they may be the leaders' own besides promises."""
    from dualcontrol.keeping import PREFIX
    from dualcontrol.model.reports.decisions import TOGETHER

    if "decisions" not in plan.reports:
        voice.say("keep.free")
        return
    table = plan.reports["decisions"].set_index("decision_id")
    row = table.loc[TOGETHER if TOGETHER in table.index else table.index[0]]
    price = row["price_wan_yuan"]
    if price is None or price != price:
        voice.say("keep.no_price", outcome=say(f"decisions_outcome.{row['outcome']}", voice.lang))
        return
    others = sum(not str(name).startswith(f"{PREFIX}-") for name in table.index if name != TOGETHER)
    voice.say(
        "keep.price" if not others else "keep.price_with_others", price=round(price, 2) + 0.0, others=others
    )
