"""The command `dualcontrol app`: notebook 2 as a page for those who write no code, on this machine alone.

Exit codes: 0 ended by the user, 2 bad input, or what it takes is not installed.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("app", help=say("help.app_page", lang), add_help_option=False)
    def page(
        scenario: Annotated[
            Path | None,
            typer.Argument(help=say("help.app_scenario", lang), metavar="SCENARIO", show_default=False),
        ] = None,
        port: Annotated[
            int, typer.Option("--port", help=say("help.port", lang), metavar="N", min=1, max=65535)
        ] = 8866,
        no_browser: Annotated[
            bool, typer.Option("--no-browser", help=say("help.no_browser", lang), show_default=False)
        ] = False,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.app_work import serve

        raise typer.Exit(serve(Voice(lang, json), scenario, port, opens_browser=not no_browser))
