"""The command `dualcontrol batch SWEEP.toml --out DIR`: many variants of a scenario, solved, checked and told.

Exit codes: 0 every variant has a checked plan or is proven infeasible, 2 bad input or a folder that cannot be written,
4 a plan failed its check, 5 a variant failed otherwise, 130 interrupted.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualcontrol.console import Voice, problem_record
from dualcontrol.messages import Language, say

if TYPE_CHECKING:
    from dualcontrol.batch import Counts
    from dualcontrol.batch_cluster import Tls

OK, BAD_INPUT, AUDIT_FAILED, SOLVER_ERROR, INTERRUPTED = 0, 2, 4, 5, 130
Tick = Callable[[int, int], None]


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, name: str, metavar: str, **more: Any) -> Any:
        return typer.Option(name, help=say(message, lang), metavar=metavar, show_default=False, **more)

    @app.command("batch", help=say("help.batch", lang), add_help_option=False)
    def batch(
        sweep: Annotated[
            Path, typer.Argument(help=say("help.sweep", lang), metavar="SWEEP.toml", show_default=False)
        ],
        out: Annotated[Path, option("help.out_batch", "--out", "DIR")],
        processes: Annotated[int | None, option("help.processes", "--processes", "N", min=1)] = None,
        scheduler: Annotated[str | None, option("help.scheduler", "--scheduler", "ADDRESS")] = None,
        tls_ca: Annotated[Path | None, option("help.tls_ca", "--tls-ca", "FILE")] = None,
        tls_cert: Annotated[Path | None, option("help.tls_cert", "--tls-cert", "FILE")] = None,
        tls_key: Annotated[Path | None, option("help.tls_key", "--tls-key", "FILE")] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        from dualcontrol.batch_cluster import Tls

        tls = Tls(tls_ca, tls_cert, tls_key)
        raise typer.Exit(run(Voice(lang, json), sweep, out, processes, scheduler, tls))


def run(
    voice: Voice,
    sweep: Path,
    out: Path,
    processes: int | None = None,
    scheduler: str | None = None,
    tls: "Tls | None" = None,
) -> int:
    """Read, solve, write and tell; the exit code. scheduler: address of a cluster, or `local`."""
    from dualcontrol.batch_cluster import ClusterError, Tls, on_cluster
    from dualcontrol.batch_store import BatchError
    from dualcontrol.model.scenario import ScenarioError

    if find_spec("pyarrow") is None:
        voice.fail(BAD_INPUT, say("batch.no_parquet", voice.lang))
        return BAD_INPUT
    if scheduler is not None and find_spec("distributed") is None:
        voice.fail(BAD_INPUT, say("batch.no_dask", voice.lang))
        return BAD_INPUT
    from dualcontrol.batch import processors, run_batch
    from dualcontrol.batch_sweep import read_sweep

    started = time.perf_counter()
    runner = None
    if scheduler is not None:
        runner = on_cluster(scheduler, tls or Tls(), processes or processors())
    try:
        with _progress(voice, "batch.read") as tick:
            read = read_sweep(sweep, tick)
        with _progress(voice, "batch.solve") as tick:
            counts = run_batch(read, out, processes=processes, runner=runner, tick=tick)
    except ScenarioError as error:
        told = [problem_record(problem, voice.lang) for problem in error.problems]
        voice.problems(error.problems)
        voice.fail(BAD_INPUT, say("error.problems", voice.lang, count=len(told)), problems=told)
        return BAD_INPUT
    except BatchError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    except ClusterError as error:
        voice.fail(BAD_INPUT, say("batch.no_cluster", voice.lang, address=scheduler, error=error, folder=out))
        return BAD_INPUT
    except KeyboardInterrupt:
        voice.fail(INTERRUPTED, say("batch.interrupted", voice.lang, folder=out))
        return INTERRUPTED
    return _tell(voice, counts, out, time.perf_counter() - started)


def _tell(voice: Voice, counts: "Counts", out: Path, seconds: float) -> int:
    from dualcontrol.batch_store import TABLES

    variants, quotas = (out / name for name in TABLES)
    code = AUDIT_FAILED if counts.audit_failed else SOLVER_ERROR if counts.failed else OK
    voice.say("batch.done", **asdict(counts))
    voice.say("batch.look", variants=variants, quotas=quotas)
    figures = {**asdict(counts), "folder": str(out), "seconds": round(seconds, 3)}
    if code == OK:
        voice.answer(ok=True, exit_code=OK, **figures)
        return OK
    count = counts.audit_failed + counts.failed
    voice.fail(code, say("batch.without_answer", voice.lang, count=count, table=TABLES[0]), **figures)
    return code


@contextlib.contextmanager
def _progress(voice: Voice, message: str) -> Iterator[Tick]:
    """A bar with the rate and the time left, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task(say(message, voice.lang), total=None, rate="")
        started = time.perf_counter()

        def tick(done: int, of: int) -> None:
            rate = 60 * done / max(time.perf_counter() - started, 1e-9)
            told = say("batch.rate", voice.lang, rate=rate) if done else ""
            bar.update(shown, completed=done, total=of, rate=told)

        yield tick
