"""The command `dualcontrol trade DIR --out OUT`: the market in use rights after a plan is issued (A2).

Exit codes: 0 held and checked (or closed), 2 bad input, 4 the plan or the market failed its check.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), **more)

    @app.command("trade", help=say("help.trade", lang), add_help_option=False)
    def trade(
        folder: Annotated[
            Path, typer.Argument(help=say("help.result", lang), metavar="DIR", show_default=False)
        ],
        out: Annotated[Path, option("help.out_trade", "--out", metavar="OUT", show_default=False)],
        settings: Annotated[
            list[str] | None, option("help.set_trade", "--set", metavar="KEY=VALUE", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.trade_work import tell_trade

        raise typer.Exit(tell_trade(Voice(lang, json), folder, out, settings or []))
