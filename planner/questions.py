"""What looks wrong in the inputs of a plan's network and has to be asked before the plan is believed.

The data do not mend what the county's own plan says; they ask (`power/builds.csv`, column `question`).
"""

from collections.abc import Mapping
from typing import Any

from dualcontrol.messages import Language, say
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import PowerInputs


def open_questions(
    power: PowerInputs, dispatch: Dispatch, built: Mapping[str, Any]
) -> list[dict[str, str | bool | float]]:
    """Builds with a question, those that the plan builds first: id, name, question, built, energy_mwh of the year."""
    found: list[dict[str, str | bool | float]] = []
    for build, row in power.builds.items():
        if not row.question:
            continue
        plants = [p for p, plant in power.plants.items() if plant.build_id == build]
        own = [a for a in dispatch.injection if a in plants]
        found.append(
            {
                "id": build,
                "name": str(row.name),
                "question": str(row.question),
                "built": bool(built[build] > 0),
                "energy_mwh": float(dispatch.mwh(*own)),
            }
        )
    return sorted(found, key=lambda q: (not q["built"], str(q["id"])))


def question_lines(summary: Mapping[str, Any], lang: Language) -> list[str]:
    """One sentence for each question that the plan rests on: the build, its energy, and what to ask."""
    return [
        say(
            f"question.{'energy' if one['energy_mwh'] > 0 else 'built'}",
            lang,
            name=one["name"],
            mwh=one["energy_mwh"],
            question=one["question"],
        )
        for one in summary.get("questions", ())
        if one["built"]
    ]
