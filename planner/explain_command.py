"""The command `dualcontrol explain`: why a scenario has no plan, or why an account of a published plan got its quota.

Exit codes: 0 explained (or the scenario has a plan), 2 bad input, 3 no plan, and why, 5 the solver failed or its
opinions differ.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), show_default=False, **more)

    @app.command("explain", help=say("help.explain", lang), add_help_option=False)
    def explain(
        folder: Annotated[
            Path,
            typer.Argument(help=say("help.explain_folder", lang), metavar="SCENARIO|DIR", show_default=False),
        ],
        unit: Annotated[str | None, option("help.explain_unit", "--unit", metavar="ID")] = None,
        project: Annotated[str | None, option("help.explain_project", "--project", metavar="ID")] = None,
        settings: Annotated[list[str] | None, option("help.set", "--set", metavar="KEY=VALUE")] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        voice = Voice(lang, json)
        if unit is None and project is None:
            from dualcontrol.explain_work import explain_scenario

            raise typer.Exit(explain_scenario(voice, folder, settings or []))
        if (unit is not None and project is not None) or settings:
            raise typer.BadParameter(say("explain.one_account", lang))
        from dualcontrol.explain_account_work import explain_account

        kind, owner = ("unit", unit) if unit is not None else ("project", project or "")
        raise typer.Exit(explain_account(voice, folder, kind, owner))
