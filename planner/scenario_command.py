"""The commands `dualcontrol new` and `dualcontrol diff`: a scenario of one's own, and how two scenarios differ.

Exit codes: 0 done, 2 a scenario that cannot be read, or a place that cannot be written to.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the commands to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), show_default=False, **more)

    def argument(message: str, metavar: str) -> Any:
        return typer.Argument(help=say(message, lang), metavar=metavar, show_default=False)

    @app.command("new", help=say("help.new", lang), add_help_option=False)
    def new(
        folder: Annotated[Path, argument("help.new_folder", "SCENARIO")],
        source: Annotated[str | None, option("help.new_from", "--from", metavar="SCENARIO")] = None,
        inherits: Annotated[bool, option("help.new_inherits", "--inherits")] = False,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.new_work import new_scenario

        raise typer.Exit(new_scenario(Voice(lang, json), folder, source, inherits=inherits))

    @app.command("diff", help=say("help.diff", lang), add_help_option=False)
    def diff(
        first: Annotated[str, argument("help.diff_first", "A")],
        second: Annotated[str, argument("help.diff_second", "B")],
        out: Annotated[Path | None, option("help.diff_out", "--out", metavar="DIR")] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.diff_work import diff_scenarios

        raise typer.Exit(diff_scenarios(Voice(lang, json), first, second, out))
