"""The command `dualcontrol years HORIZON.toml --out DIR`: several years decided together (3.3.2c).

Exit codes: 0 written, 2 bad input, 3 no plan of all years, 4 a year or what ties them failed its check, 5 the solver.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("years", help=say("help.years", lang), add_help_option=False)
    def years(
        horizon: Annotated[
            Path,
            typer.Argument(help=say("help.horizon_file", lang), metavar="HORIZON.toml", show_default=False),
        ],
        out: Annotated[
            Path, typer.Option("--out", help=say("help.out_years", lang), metavar="DIR", show_default=False)
        ],
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.horizon_work import tell_years

        raise typer.Exit(tell_years(Voice(lang, json), horizon, out))
