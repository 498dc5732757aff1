"""The command `dualcontrol ranges SCENARIO`: which quotas and which yes and no of the plan are firm.

Exit codes: 0 told, 2 bad input, 3 no plan, 5 the solver failed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say

WITHIN = 0.001


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), **more)

    @app.command("ranges", help=say("help.ranges", lang), add_help_option=False)
    def ranges(
        scenario: Annotated[
            Path, typer.Argument(help=say("help.scenario", lang), metavar="SCENARIO", show_default=False)
        ],
        within: Annotated[
            float, option("help.within", "--within", metavar="SHARE", min=0.0, max=1.0)
        ] = WITHIN,
        out: Annotated[
            Path | None, option("help.out_ranges", "--out", metavar="DIR", show_default=False)
        ] = None,
        settings: Annotated[
            list[str] | None, option("help.set", "--set", metavar="KEY=VALUE", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.ranges_work import tell_ranges

        raise typer.Exit(tell_ranges(Voice(lang, json), scenario, within, out, settings or []))
