"""A menu for people who do not type commands: `python -m dualcontrol.menu`, which `start.bat` opens.

Each entry runs one command of the command line, shows it, and comes back to the menu.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dualcontrol.cli import DEMO, main
from dualcontrol.console import open_streams
from dualcontrol.messages import Language, language, say

Ask = Callable[[str], str]
# entry -> command and the questions whose answers follow it; an option stands before its answer
ENTRIES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    # question (message), option, default
    "1": ("demo", (("menu.demo", "", DEMO),)),
    "2": ("template", (("menu.workbook", "", "register.xlsx"), ("menu.from", "--scenario", DEMO))),
    "3": ("import", (("menu.workbook", "", "register.xlsx"), ("menu.scenario", "", "scenarios/mine"))),
    "4": ("check", (("menu.scenario", "", "scenarios/mine"),)),
    "5": ("solve", (("menu.scenario", "", "scenarios/mine"), ("menu.out", "--out", "out/mine"))),
    "6": ("audit", (("menu.result", "", "out/mine"),)),
    "7": ("diff", (("menu.first", "", DEMO), ("menu.second", "", "scenarios/mine"))),
}
_QUIT = ("q", "0", "quit", "exit")


def run(lang: Language, ask: Ask = input, arguments: Sequence[str] = ()) -> int:
    """Show the menu until somebody leaves it; 0. ask: puts a question and returns the answer."""
    while True:
        lines = [
            say("menu.title", lang),
            *(f"  {key}  {say(f'menu.{name}_entry', lang)}" for key, name in _names()),
        ]
        sys.stdout.write("\n" + "\n".join(lines) + f"\n  q  {say('menu.quit', lang)}\n")
        try:
            choice = ask(say("menu.choose", lang) + " ").strip().lower()
            if choice in _QUIT:
                return 0
            if choice not in ENTRIES:
                sys.stdout.write(say("menu.unknown", lang, choice=choice) + "\n")
                continue
            command = _command(lang, ask, choice)
        except (EOFError, KeyboardInterrupt):
            return 0
        _perform([*command, "--lang", lang, *arguments], lang)


def _names() -> list[tuple[str, str]]:
    return [(key, name) for key, (name, _) in ENTRIES.items()]


def _command(lang: Language, ask: Ask, choice: str) -> list[str]:
    """The command of an entry with the answers to its questions; an empty answer takes the default."""
    name, questions = ENTRIES[choice]
    words = [name]
    for message, option, default in questions:
        # people drag a file into the window, which puts quotation marks around its name
        answer = ask(f"{say(message, lang)} [{default}] ").strip().strip('"').strip()
        words += [*([option] if option else []), answer or default]
    return words


def _perform(words: Sequence[str], lang: Language) -> None:
    shown = " ".join(f'"{word}"' if " " in word else word for word in words)
    sys.stdout.write(f"\n> dualcontrol {shown}\n")
    sys.stdout.flush()
    try:
        main(words)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
        sys.stdout.write(say("menu.done" if code == 0 else "menu.failed", lang, code=code) + "\n")
    except KeyboardInterrupt:
        sys.stdout.write(say("menu.stopped", lang) + "\n")


if __name__ == "__main__":
    open_streams()
    Path("scenarios").mkdir(exist_ok=True)
    sys.exit(run(language()))
