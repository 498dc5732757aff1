"""The command `dualcontrol compare DIR DIR...`: what changed between published plans, and by which clause.

Exit codes: 0 told, 2 a folder that is no published plan, or one that cannot be written.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("compare", help=say("help.compare", lang), add_help_option=False)
    def compare(
        folders: Annotated[
            list[Path], typer.Argument(help=say("help.plans", lang), metavar="DIR DIR...", show_default=False)
        ],
        out: Annotated[
            Path | None,
            typer.Option("--out", help=say("help.out_compare", lang), metavar="DIR", show_default=False),
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.compare_work import compare_plans

        raise typer.Exit(compare_plans(Voice(lang, json), folders, out))
