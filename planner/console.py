"""How the command line speaks: sentences and tables for people, one JSON object for programs, progress.

Results go to standard output, everything else to standard error. Text from files and paths is shown as it is
and never taken for markup or for commands to the terminal.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from dualcontrol.messages import Language, describe, say

if TYPE_CHECKING:
    from rich.console import Console

    from dualcontrol.model.audit import Check
    from dualcontrol.model.scenario import Problem

_WIDE = 100_000  # columns: what is not a terminal has no edge to break lines at


def open_streams() -> None:
    """Make standard output and error able to take any text.

    A pipe or a file gets utf-8 unless PYTHONIOENCODING says otherwise; a terminal keeps its own encoding (but
    for ASCII, which says nothing about the terminal) and shows `?` for what it cannot.
    """
    wish = os.environ.get("PYTHONIOENCODING")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            is_ascii = (stream.encoding or "ascii").lower() in {"ascii", "ansi_x3.4-1968", "646", "us-ascii"}
            if not wish and (is_ascii or not stream.isatty()):
                reconfigure(encoding="utf-8", errors="replace")
            else:
                reconfigure(errors="replace")


def visible(text: object) -> str:
    """A text in which every control character can be seen and none works."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


@dataclass(frozen=True)
class Voice:
    """Speaks one language, to people or (`is_json`) to programs."""

    lang: Language
    is_json: bool = False

    def say(self, message: str, **params: object) -> None:
        """A line on standard output; nothing when a program listens."""
        self.line(say(message, self.lang, **params))

    def line(self, text: str) -> None:
        """A finished sentence on standard output; nothing when a program listens."""
        if not self.is_json:
            sys.stdout.write(visible(text) + "\n")

    def aside(self, message: str, **params: object) -> None:
        """A line about the run, not the result: on standard error, for people."""
        if not self.is_json:
            sys.stderr.write(visible(say(message, self.lang, **params)) + "\n")

    def answer(self, **content: object) -> None:
        """The one JSON object, when a program listens. It is readable in whatever encoding the pipe has."""
        if self.is_json:
            from dualcontrol.provenance import json_text

            is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
            sys.stdout.write(json_text(content, is_ascii=not is_utf8))

    def fail(self, code: int, sentence: str, remedy: str = "", **content: object) -> None:
        """What went wrong and how to mend it, on standard error; for a program as its JSON object."""
        if self.is_json:
            self.answer(ok=False, exit_code=code, error=sentence, remedy=remedy, **content)
            return
        from rich.text import Text

        console = self._console(sys.stderr)
        console.print(Text(visible(sentence), style="bold red"))
        if remedy:
            console.print(Text(visible(remedy)))

    def problems(self, problems: Sequence["Problem"]) -> None:
        """All problems as a table on standard error: place, column, value, what is wrong, remedy."""
        told = [problem_record(problem, self.lang) for problem in problems]
        rows = [(place(one), one["column"], one["value"], one["message"], one["remedy"]) for one in told]
        self.findings(rows)

    def findings(self, rows: Sequence[Sequence[object]]) -> None:
        """Findings as a table on standard error: place, column, value, what is wrong, remedy."""
        self._table(("place", "column", "value", "problem", "remedy"), rows)

    def checks(self, checks: Sequence["Check"]) -> None:
        """Failed checks of an audit as a table on standard error."""
        rows = [
            (one.name, one.clause, describe(f"audit.{one.name}", self.lang, one.params)) for one in checks
        ]
        self._table(("check", "clause", "problem"), rows)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show that a stage (message `stage.<name>`) runs and how long it took; only on a terminal."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.text import Text

        console, label = self._console(sys.stderr), say(f"stage.{name}", self.lang)
        started = time.perf_counter()
        with console.status(Text(label)):
            yield
        seconds = say("stage.seconds", self.lang, seconds=time.perf_counter() - started)
        console.print(Text.assemble(("✓ ", "green"), label, (f"  {seconds}", "dim")))

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if self.is_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in headings:
            table.add_column(Text(say(f"table.{heading}", self.lang)), overflow="fold")
        for row in rows:
            table.add_row(*(Text(visible("" if cell is None else cell)) for cell in row))
        self._console(sys.stderr).print(table)

    def _console(self, stream: TextIO) -> "Console":
        from rich.console import Console

        width = None if stream.isatty() else _WIDE
        return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def place(record: Mapping[str, Any]) -> str:
    """Where a problem is: `file:row`, or the file alone."""
    return f"{record['file']}:{record['row']}" if record["row"] else str(record["file"])


def problem_record(problem: "Problem", lang: Language) -> dict[str, Any]:
    """A problem as plain values: file, row, column, value, rule, and its sentences in one language."""
    params: Mapping[str, object] = {
        "file": problem.file,
        "row": problem.row or "–",
        "column": problem.column or "–",
        "value": problem.value,
        **problem.params,
    }
    return {
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "rule": problem.rule,
        "message": describe(f"problem.{problem.rule}", lang, params),
        "remedy": describe(f"remedy.{problem.rule}", lang, params),
    }
