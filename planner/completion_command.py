"""The command `dualcontrol completion`: prints what a shell needs to complete commands, options and file names.

Exit codes: 0 printed, 2 a shell that is not known.
"""

import os
import sys
from pathlib import PurePath
from typing import Annotated, Any

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say

VARIABLE = "_DUALCONTROL_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def prepare() -> None:
    """Get ready to answer a shell that asks what a word may become; nothing otherwise."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("completion", help=say("help.completion", lang), add_help_option=False)
    def completion(
        shell: Annotated[
            str | None,
            typer.Argument(
                help=say("help.shell", lang), metavar="[bash|zsh|fish|powershell]", show_default=False
            ),
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from typer.completion import get_completion_script  # type: ignore[attr-defined]

        voice, wanted = Voice(lang, json), shell or _own_shell()
        if wanted not in SHELLS:
            voice.fail(2, say("completion.no_shell", lang, shell=wanted, shells=", ".join(SHELLS)))
            raise typer.Exit(2)
        script = get_completion_script(prog_name="dualcontrol", complete_var=VARIABLE, shell=wanted)
        if json:
            voice.answer(ok=True, exit_code=0, shell=wanted, script=script)
        else:
            typer.echo(script)
        raise typer.Exit(0)


def _own_shell() -> str:
    """The shell we were most likely started from."""
    if sys.platform == "win32":
        return "powershell"
    name = PurePath(os.environ.get("SHELL", "bash")).name
    return name if name in SHELLS else "bash"
