"""The command `dualcontrol publish`: the documents of a checked plan, written into its folder.

Exit codes: 0 written, 2 bad input, 4 the plan in the folder fails its check, 5 a notice could not be worked out.
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

    @app.command("publish", help=say("help.publish", lang), add_help_option=False)
    def publish(
        folder: Annotated[
            Path, typer.Argument(help=say("help.result", lang), metavar="DIR", show_default=False)
        ],
        unit: Annotated[str | None, option("help.publish_unit", "--unit", metavar="ID|all")] = None,
        objection: Annotated[
            Path | None, option("help.publish_objection", "--objection", metavar="FILE")
        ] = None,
        frontier: Annotated[bool, option("help.publish_frontier", "--frontier")] = False,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        if objection is not None and unit in (None, "all"):
            raise typer.BadParameter(say("document.objection_needs_unit", lang))
        voice = Voice(lang, json)
        if unit is None:
            from dualcontrol.budget_plan_work import publish_plan

            raise typer.Exit(publish_plan(voice, folder, has_frontier=frontier))
        from dualcontrol.notice_work import publish_notices

        raise typer.Exit(publish_notices(voice, folder, unit, objection))
