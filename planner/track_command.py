"""The commands `dualcontrol track PLAN READINGS --out DIR` and `dualcontrol settle PLAN READINGS --out DIR`.

Exit codes: 0 written, 2 bad input, and with --replan 3 the rest of the year has no plan, 4 its check failed, 5 the
solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the commands to the application; the flags are the annotated options that every command has."""

    def option(message: str, name: str, metavar: str) -> Any:
        return typer.Option(name, help=say(message, lang), metavar=metavar, show_default=False)

    plan_ = Annotated[
        Path, typer.Argument(help=say("help.track_plan", lang), metavar="PLAN", show_default=False)
    ]
    readings_ = Annotated[
        Path, typer.Argument(help=say("help.track_readings", lang), metavar="READINGS", show_default=False)
    ]
    set_ = Annotated[list[str] | None, option("help.track_set", "--set", "KEY=VALUE")]

    @app.command("track", help=say("help.track", lang), add_help_option=False)
    def track(
        plan: plan_,
        readings: readings_,
        out: Annotated[Path, option("help.track_out", "--out", "DIR")],
        as_of: Annotated[str | None, option("help.track_as_of", "--as-of", "YYYY-MM-DD")] = None,
        last_year: Annotated[Path | None, option("help.track_last_year", "--last-year", "READINGS")] = None,
        inputs: Annotated[Path | None, option("help.track_inputs", "--inputs", "DIR")] = None,
        replan: Annotated[Path | None, option("help.track_replan", "--replan", "DIR")] = None,
        settings: set_ = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.track_work import track_year

        voice = Voice(lang, json)
        code = track_year(voice, plan, readings, out, as_of, last_year, inputs, replan, settings or [])
        raise typer.Exit(code)

    @app.command("settle", help=say("help.settle", lang), add_help_option=False)
    def settle(
        plan: plan_,
        readings: readings_,
        out: Annotated[Path, option("help.settle_out", "--out", "DIR")],
        settings: set_ = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.settle_work import settle_year

        raise typer.Exit(settle_year(Voice(lang, json), plan, readings, out, settings or []))
