"""The command `dualcontrol frontier SCENARIO`: what each step of a target is worth, as a table and a figure.

Exit codes: 0 written, 2 bad input or a range that is none, 3 no plan at any level, 5 the solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say

OVER = ("increment", "intensity", "carbon")
STEPS = 21


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), **more)

    @app.command("frontier", help=say("help.frontier", lang), add_help_option=False)
    def frontier(
        scenario: Annotated[
            Path, typer.Argument(help=say("help.scenario", lang), metavar="SCENARIO", show_default=False)
        ],
        out: Annotated[Path, option("help.out_frontier", "--out", metavar="DIR", show_default=False)],
        over: Annotated[
            str, option("help.over", "--over", metavar="|".join(OVER), callback=_check_over)
        ] = OVER[0],
        low: Annotated[
            float | None, option("help.from", "--from", metavar="NUMBER", show_default=False)
        ] = None,
        high: Annotated[float | None, option("help.to", "--to", metavar="NUMBER", show_default=False)] = None,
        steps: Annotated[int, option("help.steps", "--steps", min=2, max=10_000)] = STEPS,
        settings: Annotated[
            list[str] | None, option("help.set", "--set", metavar="KEY=VALUE", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.frontier_work import draw_frontier

        voice = Voice(lang, json)
        raise typer.Exit(draw_frontier(voice, scenario, out, over, (low, high), steps, settings or []))


def _check_over(value: str) -> str:
    if value not in OVER:
        raise typer.BadParameter(" | ".join(OVER))
    return value
