"""The command `dualcontrol frontier SCENARIO`: what each step of a target is worth, as a table and a figure.

Over two targets with `--by`; with `--pareto` what value, energy, carbon and jobs cost each other.

Exit codes: 0 written, 2 bad input or a range that is none, 3 no plan at any level, 5 the solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say

OVER = ("increment", "intensity", "carbon")
AIMS = ("value", "energy", "carbon", "jobs")
STEPS, GRID_STEPS, LEVELS = 21, 7, 5


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), **more)

    def number(message: str, name: str) -> Any:
        return option(message, name, metavar="NUMBER", show_default=False)

    def count(message: str, name: str) -> Any:
        return option(message, name, metavar="N", min=2, max=10_000, show_default=False)

    @app.command("frontier", help=say("help.frontier", lang), add_help_option=False)
    def frontier(
        scenario: Annotated[
            Path, typer.Argument(help=say("help.scenario", lang), metavar="SCENARIO", show_default=False)
        ],
        out: Annotated[Path, option("help.out_frontier", "--out", metavar="DIR", show_default=False)],
        over: Annotated[
            str, option("help.over", "--over", metavar="|".join(OVER), callback=_check_over)
        ] = OVER[0],
        low: Annotated[float | None, number("help.from", "--from")] = None,
        high: Annotated[float | None, number("help.to", "--to")] = None,
        steps: Annotated[int | None, count("help.steps", "--steps")] = None,
        by: Annotated[
            str | None,
            option("help.by", "--by", metavar="|".join(OVER), callback=_check_by, show_default=False),
        ] = None,
        by_low: Annotated[float | None, number("help.by_from", "--by-from")] = None,
        by_high: Annotated[float | None, number("help.by_to", "--by-to")] = None,
        by_steps: Annotated[int | None, count("help.by_steps", "--by-steps")] = None,
        aims: Annotated[
            str | None,
            option(
                "help.pareto", "--pareto", metavar=",".join(AIMS), callback=_check_aims, show_default=False
            ),
        ] = None,
        settings: Annotated[
            list[str] | None, option("help.set", "--set", metavar="KEY=VALUE", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol import frontier_more_work, frontier_work

        voice, changes = Voice(lang, json), settings or []
        if aims is not None and by is not None:
            raise typer.BadParameter("--by, --pareto")
        if aims is not None:
            names = _names(aims)
            code = frontier_more_work.draw_pareto(voice, scenario, out, names, steps or LEVELS, changes)
        elif by is not None:
            if by == over:
                raise typer.BadParameter(f"--over {over}, --by {by}")
            ends, counts = ((low, high), (by_low, by_high)), (steps or GRID_STEPS, by_steps or GRID_STEPS)
            code = frontier_more_work.draw_grid(voice, scenario, out, (over, by), ends, counts, changes)
        else:
            code = frontier_work.draw_frontier(
                voice, scenario, out, over, (low, high), steps or STEPS, changes
            )
        raise typer.Exit(code)


def _check_over(value: str) -> str:
    if value not in OVER:
        raise typer.BadParameter(" | ".join(OVER))
    return value


def _check_by(value: str | None) -> str | None:
    return value if value is None else _check_over(value)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _check_aims(value: str | None) -> str | None:
    """At least two of the aims, each once."""
    names = [] if value is None else _names(value)
    if value is not None and (len(names) < 2 or len(set(names)) < len(names) or set(names) - set(AIMS)):
        raise typer.BadParameter(",".join(AIMS))
    return value
