"""The commands `dualcontrol template` and `dualcontrol import`: a scenario as a workbook to fill in, and back.

Exit codes: 0 written, 2 a workbook with problems, or a place that cannot be written to.
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

    @app.command("template", help=say("help.template", lang), add_help_option=False)
    def template(
        workbook: Annotated[
            Path, typer.Argument(help=say("help.workbook_out", lang), metavar="WORKBOOK", show_default=False)
        ],
        scenario: Annotated[
            str | None, option("help.template_scenario", "--scenario", metavar="SCENARIO")
        ] = None,
        replace: Annotated[bool, option("help.template_replace", "--replace")] = False,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.template_work import write_template

        raise typer.Exit(write_template(Voice(lang, json), workbook, scenario, replace=replace))

    @app.command("import", help=say("help.import", lang), add_help_option=False)
    def import_(
        workbook: Annotated[
            Path, typer.Argument(help=say("help.workbook", lang), metavar="WORKBOOK", show_default=False)
        ],
        folder: Annotated[
            Path, typer.Argument(help=say("help.import_folder", lang), metavar="SCENARIO", show_default=False)
        ],
        replace: Annotated[bool, option("help.import_replace", "--replace")] = False,
        form: Annotated[str | None, option("help.import_form", "--form", metavar="205-1|205-2")] = None,
        unit: Annotated[str | None, option("help.import_unit", "--unit", metavar="ID")] = None,
        more: Annotated[list[Path] | None, option("help.import_with", "--with", metavar="WORKBOOK")] = None,
        carriers: Annotated[
            list[str] | None, option("help.import_carrier", "--carrier", metavar="NAME=ID")
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.import_work import import_workbook

        code = import_workbook(
            Voice(lang, json), workbook, folder, replace=replace, form=form, unit=unit, more=more or (),
            carriers=carriers or (),
        )  # fmt: skip
        raise typer.Exit(code)
