"""What a fleet of the network is called: constraints and prices name it by id, a plan in words."""

from typing import TYPE_CHECKING

from dualcontrol.messages import Language, known, say

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario


def fleet_name(fleet: str, scenario: "Scenario", lang: Language) -> str:
    """A fleet in words: the plant, the build, or the kind that stands already (`pv` is not a word of a plan)."""
    kind, _, build = fleet.partition(":")
    builds, plants = scenario.table("power/builds"), scenario.table("power/plants")
    names = dict(zip(plants["plant_id"], plants["name"], strict=True))
    names |= dict(zip(builds["build_id"], builds["name"], strict=True))
    if build or fleet in names:
        return str(names.get(build or fleet, fleet))
    return (
        say("network.fleet_existing", lang, kind=say(f"plant.{kind}", lang))
        if known(f"plant.{kind}")
        else fleet
    )


def fleet_names(scenario: "Scenario", lang: Language) -> dict[str, str]:
    """Every fleet that hours can be asked of, by id as constraints name it (3.4.3h), in words."""
    fleets = {
        row.plant_id if row.kind == "thermal" else f"{row.kind}:{row.build_id}" if row.build_id else row.kind
        for row in scenario.rows("power/plants")
    }
    return {fleet: fleet_name(fleet, scenario, lang) for fleet in sorted(fleets)}
