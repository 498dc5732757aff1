"""The command line: `dualcontrol check | solve | audit | issue | demo`, and the commands of the `*_command` files.

Only what parses the arguments is imported here; the work is in `dualcontrol.work`, loaded when asked for.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dualcontrol import (
    app_command,
    batch_command,
    budget_plan_command,
    compare_command,
    completion_command,
    excel_command,
    explain_command,
    frontier_command,
    horizon_command,
    power_command,
    ranges_command,
    regret_command,
    scenario_command,
    seek_command,
    track_command,
    trade_command,
)
from dualcontrol.console import Voice, open_streams
from dualcontrol.help_examples import add_examples
from dualcontrol.messages import LANGUAGES, Language, language, say

DEMO = "dalad-2022"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    completion_command.prepare()
    build(wanted_language(given))(given, prog_name="dualcontrol")


def wanted_language(arguments: Sequence[str]) -> Language:
    """The language of `--lang`, wherever it stands, else the system's. The parser refuses a wrong one."""
    for index, argument in enumerate(arguments):
        name, is_joined, value = argument.partition("=")
        if name == "--":
            break
        if name == "--lang":
            value = value if is_joined else "".join(arguments[index + 1 : index + 2])
            if value in LANGUAGES:
                return language(value)
    return language()


def _show_help(context: typer.Context, value: bool) -> None:
    if value:
        typer.echo(context.get_help())
        raise typer.Exit


def _show_version(value: bool) -> None:
    if value:
        import dualcontrol

        typer.echo(f"dualcontrol {dualcontrol.__version__}")
        raise typer.Exit


def _check_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(" | ".join(LANGUAGES))
    return value


def build(lang: Language) -> typer.Typer:
    """The commands with their help in one language."""

    def option(message: str, *names: str, **more: object) -> object:
        return typer.Option(*names, help=say(message, lang), **more)  # type: ignore[arg-type]

    def argument(message: str, metavar: str) -> object:
        return typer.Argument(help=say(message, lang), metavar=metavar, show_default=False)

    help_option = option("help.help", "--help", is_eager=True, callback=_show_help, show_default=False)
    lang_option = option(
        "help.lang", "--lang", metavar="zh|en", is_eager=True, callback=_check_language, show_default=False
    )
    json_option = option("help.json", "--json", show_default=False)
    set_option = option("help.set", "--set", metavar="KEY=VALUE", show_default=False)
    help_flag = Annotated[bool, help_option]
    lang_text = Annotated[str | None, lang_option]
    json_flag = Annotated[bool, json_option]
    set_texts = Annotated[list[str] | None, set_option]

    # Plain help: rich would take twice the time to draw it, and take brackets for markup.
    app = typer.Typer(
        help=f"{say('help.app', lang)}\n\n{say('help.exit_codes', lang)}",
        add_completion=False,
        no_args_is_help=True,
        add_help_option=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def start(
        version: Annotated[
            bool,
            option("help.version", "--version", is_eager=True, callback=_show_version, show_default=False),
        ] = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        del version, lang_, help_  # looked at before, or by their callbacks

    @app.command("check", help=say("help.check", lang), add_help_option=False)
    def check(
        scenario: Annotated[Path, argument("help.scenario", "SCENARIO")],
        settings: set_texts = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.work import check_scenario

        raise typer.Exit(check_scenario(Voice(lang, json), scenario, settings or []))

    @app.command("solve", help=say("help.solve", lang), add_help_option=False)
    def solve(
        scenario: Annotated[Path, argument("help.scenario", "SCENARIO")],
        out: Annotated[Path, option("help.out", "--out", metavar="DIR", show_default=False)],
        settings: set_texts = None,
        year: Annotated[bool, option("help.year", "--year", show_default=False)] = False,
        keep: Annotated[Path | None, option("help.keep", "--keep", metavar="DIR", show_default=False)] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.work import solve_scenario

        changes = [*(settings or []), *(['time.mode="year"'] if year else [])]
        raise typer.Exit(solve_scenario(Voice(lang, json), scenario, out, changes, keep))

    @app.command("audit", help=say("help.audit", lang), add_help_option=False)
    def audit(
        folder: Annotated[Path, argument("help.result", "DIR")],
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.work import audit_result

        raise typer.Exit(audit_result(Voice(lang, json), folder))

    @app.command("issue", help=say("help.issue", lang), add_help_option=False)
    def issue(
        folder: Annotated[Path, argument("help.result", "DIR")],
        state: Annotated[str, option("help.state", "--state", metavar="STATE", show_default=False)],
        document: Annotated[str, option("help.document", "--document", metavar="TEXT", show_default=False)],
        date: Annotated[str, option("help.date", "--date", metavar="YYYY-MM-DD", show_default=False)],
        adjusts: Annotated[
            Path | None, option("help.adjusts", "--adjusts", metavar="DIR", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.work import issue_plan

        raise typer.Exit(issue_plan(Voice(lang, json), folder, state, document, date, adjusts))

    @app.command("demo", help=say("help.demo", lang), add_help_option=False)
    def demo(
        name: Annotated[str, argument("help.name", "[NAME]")] = DEMO,
        out: Annotated[
            Path | None, option("help.out_demo", "--out", metavar="DIR", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.work import solve_demo

        raise typer.Exit(solve_demo(Voice(lang, json), name, out or Path("out") / name))

    app_command.register(app, lang, json_flag, lang_text, help_flag)
    excel_command.register(app, lang, json_flag, lang_text, help_flag)
    scenario_command.register(app, lang, json_flag, lang_text, help_flag)
    power_command.register(app, lang, json_flag, lang_text, help_flag)
    batch_command.register(app, lang, json_flag, lang_text, help_flag)
    frontier_command.register(app, lang, json_flag, lang_text, help_flag)
    compare_command.register(app, lang, json_flag, lang_text, help_flag)
    seek_command.register(app, lang, json_flag, lang_text, help_flag)
    ranges_command.register(app, lang, json_flag, lang_text, help_flag)
    regret_command.register(app, lang, json_flag, lang_text, help_flag)
    explain_command.register(app, lang, json_flag, lang_text, help_flag)
    budget_plan_command.register(app, lang, json_flag, lang_text, help_flag)
    trade_command.register(app, lang, json_flag, lang_text, help_flag)
    completion_command.register(app, lang, json_flag, lang_text, help_flag)
    horizon_command.register(app, lang, json_flag, lang_text, help_flag)
    track_command.register(app, lang, json_flag, lang_text, help_flag)
    add_examples(app, lang)
    return app
