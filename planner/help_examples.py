"""An example under the help of every command, from the messages `example.<command>`."""

import typer

from dualcontrol.messages import Language, known, say


def add_examples(app: typer.Typer, lang: Language) -> None:
    """Put the example of every command that has one below its help."""
    for command in app.registered_commands:
        if command.name and known(f"example.{command.name}"):
            command.epilog = say(f"example.{command.name}", lang)
