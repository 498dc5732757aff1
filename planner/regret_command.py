"""The command `dualcontrol regret SWEEP.toml --out DIR`: what to decide now where the targets are not known yet.

Exit codes: 0 written, 2 bad input, 3 no scenario has a plan, or none is common to all, 5 the solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("regret", help=say("help.regret", lang), add_help_option=False)
    def regret(
        sweep: Annotated[
            Path,
            typer.Argument(help=say("help.sweep_weighted", lang), metavar="SWEEP.toml", show_default=False),
        ],
        out: Annotated[
            Path, typer.Option("--out", help=say("help.out_regret", lang), metavar="DIR", show_default=False)
        ],
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.regret_work import weigh

        raise typer.Exit(weigh(Voice(lang, json), sweep, out))
