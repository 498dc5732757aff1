"""The command `dualcontrol seek SCENARIO --admit PROJECT`: what it would take that a wish comes true.

Exit codes: 0 an answer, or the wish holds already; 2 bad input; 3 no lever does it; 5 the solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say

LEVERS = ("increment", "intensity", "reserve", "carbon", "set_aside", "green", "pv", "storage", "measures")


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), show_default=False, **more)

    @app.command("seek", help=say("help.seek", lang), add_help_option=False)
    def seek(
        scenario: Annotated[
            Path, typer.Argument(help=say("help.scenario", lang), metavar="SCENARIO", show_default=False)
        ],
        admit: Annotated[str | None, option("help.admit", "--admit", metavar="PROJECT")] = None,
        quota: Annotated[str | None, option("help.quota", "--quota", metavar="UNIT=TCE")] = None,
        value: Annotated[float | None, option("help.value", "--value", metavar="NUMBER")] = None,
        lever: Annotated[
            list[str] | None, option("help.lever", "--lever", metavar="|".join(LEVERS), callback=_check)
        ] = None,
        settings: Annotated[list[str] | None, option("help.set", "--set", metavar="KEY=VALUE")] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.seek_work import Asked, what_it_takes

        asked = Asked(admit, quota, value)
        voice = Voice(lang, json)
        raise typer.Exit(what_it_takes(voice, scenario, asked, lever or list(LEVERS), settings or []))


def _check(values: list[str] | None) -> list[str] | None:
    if values and not set(values) <= set(LEVERS):
        raise typer.BadParameter(" | ".join(LEVERS))
    return values
