"""What the commands do, each returning its exit code; an expected failure becomes a sentence with a remedy.

Exit codes: 0 solved and checked, 2 bad input (scenario, arguments, or a folder that cannot be written), 3
infeasible, 4 the check failed, 5 the solver failed.
"""

import errno
import json
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from dualcontrol.console import Voice, place, problem_record
from dualcontrol.messages import describe, known, say
from dualcontrol.timing import timed_stages

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

OK, BAD_INPUT, INFEASIBLE, AUDIT_FAILED, SOLVER_ERROR = 0, 2, 3, 4, 5
_P = ParamSpec("_P")


class Stop(Exception):
    """A command ends here with an exit code; everything has been said."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def command(work: Callable[Concatenate[Voice, _P], int]) -> Callable[Concatenate[Voice, _P], int]:
    """Turn the failures every command may meet into a sentence and an exit code."""

    def guarded(voice: Voice, /, *args: _P.args, **kwargs: _P.kwargs) -> int:
        from dualcontrol.model.scenario import ScenarioError
        from dualcontrol.publish import NotCheckedError, PublishError

        try:
            return work(voice, *args, **kwargs)
        except Stop as stop:
            return stop.code
        except ScenarioError as error:
            told = [problem_record(problem, voice.lang) for problem in error.problems]
            voice.problems(error.problems)
            sentence = say("error.problems", voice.lang, count=len(told))
            voice.fail(BAD_INPUT, sentence, problems=told)
            return BAD_INPUT
        except PublishError as error:
            code = AUDIT_FAILED if isinstance(error, NotCheckedError) else BAD_INPUT
            voice.fail(code, say(error.message, voice.lang, **error.params))
            return code
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody listens any more
                raise
            voice.fail(BAD_INPUT, _file_trouble(error, voice))
            return BAD_INPUT

    update_wrapper(guarded, work)
    return guarded


def _file_trouble(error: OSError, voice: Voice) -> str:
    path = error.filename if error.filename is not None else "–"
    if isinstance(error, PermissionError):
        return say("error.no_permission", voice.lang, path=path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return say("error.disk_full", voice.lang, path=path)
    return say("error.file_system", voice.lang, path=path, detail=error.strerror or type(error).__name__)


@command
def check_scenario(voice: Voice, folder: Path, changes: Sequence[str]) -> int:
    """Read a scenario and tell what is in it. OK or BAD_INPUT."""
    scenario = read(voice, folder, changes)
    rows = {name: len(table) for name, table in scenario.tables.items() if len(table)}
    notes = [problem_record(note, voice.lang) for note in scenario.notes]
    voice.say("done.check", title=_title(scenario, voice))
    told = ", ".join(f"{name} {count}" for name, count in rows.items())
    voice.say("done.tables", count=len(rows), rows=sum(rows.values()), tables=told)
    for note in notes:
        voice.say("done.note", place=place(note), problem=note["message"], remedy=note["remedy"])
    voice.say("done.hash", digest=scenario.content_hash)
    settings = scenario.settings
    voice.answer(
        ok=True,
        exit_code=OK,
        scenario=scenario.name,
        title_zh=settings.title_zh,
        title_en=settings.title_en,
        content_hash=scenario.content_hash,
        tables=rows,
        notes=notes,
        problems=[],
    )
    return OK


@command
def solve_scenario(
    voice: Voice, folder: Path, out: Path, changes: Sequence[str], keep: Path | None = None
) -> int:
    """From a scenario folder to a published result. keep: the plan whose promises it keeps. Any exit code."""
    return _solve(voice, folder, out, changes, keep)


@command
def solve_demo(voice: Voice, name: str, out: Path) -> int:
    """Solve a scenario that is carried inside the package. Any exit code."""
    from importlib.resources import as_file, files

    with as_file(files("dualcontrol.scenarios")) as root:
        names = sorted(path.parent.name for path in root.glob("*/scenario.toml"))
        if name not in names:
            voice.fail(BAD_INPUT, say("error.no_demo", voice.lang, name=name, names=", ".join(names)))
            return BAD_INPUT
        return _solve(voice, root / name, out, [])


@command
def audit_result(voice: Voice, folder: Path) -> int:
    """Check the plan in a result folder from its inputs alone. OK, BAD_INPUT or AUDIT_FAILED."""
    from dualcontrol.publish import recover

    recover(folder)
    if not folder.is_dir():
        voice.fail(BAD_INPUT, say("error.not_a_result", voice.lang, folder=folder))
        return BAD_INPUT
    with voice.stage("read"):
        from dualcontrol.model.audit import audit_folder
        from dualcontrol.model.audit.horizon import is_horizon
    if is_horizon(folder):
        from dualcontrol.horizon_work import audit_horizon

        return audit_horizon(voice, folder)
    with voice.stage("check"):
        verdict = audit_folder(folder)
    edited = _edited(folder)
    if edited:
        voice.say("done.edited", files=", ".join(edited))
    if not verdict.passed:
        tell_failed(voice, verdict, "error.audit_failed_folder", folder=str(folder), edited=edited)
        return AUDIT_FAILED
    worst = describe(f"audit.{verdict.worst.name}", voice.lang, verdict.worst.params)
    voice.say("done.audit", count=len(verdict.checks))
    voice.say("overview.tightest", worst=worst)
    from dualcontrol.issue import last_step, told

    step = last_step(folder)
    if step is not None:
        voice.say("done.issue", state=told(step), date=step["date"], document=step["document"])
    voice.answer(ok=True, exit_code=OK, folder=str(folder), edited=edited, **verdict.as_dict())
    return OK


def told_no_plan(voice: Voice, folder: Path) -> bool:
    """Whether the folder can hold no plan of a year; tells what to name in its place."""
    years = sorted(path for path in folder.glob("[0-9]*") if path.is_dir())
    if years and (folder / "years.json").is_file():
        voice.fail(BAD_INPUT, say("error.is_years", voice.lang, folder=folder, year=years[0]))
        return True
    if not folder.is_dir():
        voice.fail(BAD_INPUT, say("error.not_a_result", voice.lang, folder=folder))
        return True
    return False


@command
def issue_plan(
    voice: Voice, folder: Path, state: str, document: str, date: str, adjusts: Path | None = None
) -> int:
    """Take a plan that passes its check one state further. OK, BAD_INPUT or AUDIT_FAILED."""
    from dualcontrol.issue import NAMES, day_named, issue, state_named, told
    from dualcontrol.publish import recover

    wanted, day = state_named(state), day_named(date)
    if wanted is None:
        names = ", ".join(f"{zh} ({en})" for zh, en in NAMES.items())
        voice.fail(BAD_INPUT, say("issue.no_state", voice.lang, state=state, names=names))
        return BAD_INPUT
    if day is None:
        voice.fail(BAD_INPUT, say("issue.no_date", voice.lang, date=date))
        return BAD_INPUT
    recover(folder)
    if told_no_plan(voice, folder):
        return BAD_INPUT
    with voice.stage("check"):
        from dualcontrol.model.audit import audit_folder

        verdict = audit_folder(folder)
    if not verdict.passed:
        tell_failed(voice, verdict, "error.audit_failed_folder", folder=str(folder))
        return AUDIT_FAILED
    record = issue(folder, wanted, document=document, day=day, adjusts=adjusts)
    voice.say("done.issue", state=told(record), date=record["date"], document=record["document"])
    voice.say("done.issue_hash", digest=record["hash"])
    voice.answer(ok=True, exit_code=OK, folder=str(folder), **record)
    return OK


def _solve(voice: Voice, folder: Path, out: Path, changes: Sequence[str], keep: Path | None = None) -> int:
    from dualcontrol.publish import prepare, publish

    scenario = read(voice, folder, changes)
    if keep is not None:
        from dualcontrol.keeping_work import with_promises

        scenario = with_promises(voice, scenario, keep)
    prepare(out)
    plan, seconds = _optimise(voice, scenario)
    with voice.stage("check"):
        from dualcontrol.checking import audit

        started = time.perf_counter()
        verdict = audit(scenario, plan)
        seconds["check"] = time.perf_counter() - started
    if not verdict.passed:
        tell_failed(voice, verdict, "error.audit_failed")
        return AUDIT_FAILED
    with voice.stage("publish"):
        written = publish(plan, out, scenario=scenario, verdict=verdict)
    summary = json.loads((written / "summary.json").read_text(encoding="utf-8"))
    _tell_result(voice, scenario, plan, summary, out)
    if keep is not None:
        from dualcontrol.keeping_work import tell_price

        tell_price(voice, plan)
    told = ", ".join(f"{say(f'stage.{name}', voice.lang)} {took:.1f}" for name, took in seconds.items())
    voice.aside("done.times", times=told)
    rounded = {name: round(took, 3) for name, took in seconds.items()}
    voice.answer(ok=True, exit_code=OK, folder=str(out), seconds=rounded, **summary)
    return OK


def read(voice: Voice, folder: Path, changes: Sequence[str]) -> "Scenario":
    """The scenario of a folder with the changes of `--set`. ScenarioError; the command ends where one is unclear."""
    overrides = dict(_change(voice, text) for text in changes)
    with voice.stage("read"):
        from dualcontrol.model.scenario import load

        return load(folder, overrides or None)


def _change(voice: Voice, text: str) -> tuple[str, object]:
    """`key=value` of `--set`: the value as TOML would read it, else as text."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        voice.fail(BAD_INPUT, say("error.bad_setting", voice.lang, text=text))
        raise Stop(BAD_INPUT)
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value


def _optimise(voice: Voice, scenario: "Scenario") -> tuple["Plan", dict[str, float]]:
    """The best plan and the seconds of its stages, or the sentence why there is none."""
    with voice.stage("account"):
        from dualcontrol.model.accounting import account

        accounts = account(scenario)
    with voice.stage("judge"):
        from dualcontrol.model.policy import judge

        rulings = judge(accounts)
    with voice.stage("optimise"):
        from dualcontrol.optimise import Infeasible, SolverError, optimise
    try:
        with voice.stage("optimise"), timed_stages() as seconds:
            plan = optimise(rulings)
        return plan, seconds
    except Infeasible as error:
        from dualcontrol.infeasible import told

        detail = told(error, voice.lang) or say("error.infeasible_unknown", voice.lang)
        sentence = say("error.infeasible", voice.lang, detail=detail)
        remedy = say("error.infeasible_remedy", voice.lang)
        gaps = [asdict(gap) for gap in error.conflict.gaps]
        voice.fail(
            INFEASIBLE, sentence, remedy, status="infeasible", gaps=gaps, against=error.conflict.against
        )
        raise Stop(INFEASIBLE) from error
    except SolverError as error:
        detail = say(f"status.{error}", voice.lang) if known(f"status.{error}") else str(error)
        sentence = say("error.solver", voice.lang, detail=detail)
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        raise Stop(SOLVER_ERROR) from error


def tell_failed(voice: Voice, verdict: "Verdict", message: str, **content: Any) -> None:
    """Say which checks failed and how; `message` is the sentence above them."""
    voice.checks(verdict.failed)
    sentence = say(message, voice.lang, count=len(verdict.checks), failures=len(verdict.failed))
    told = [describe(f"audit.{check.name}", voice.lang, check.params) for check in verdict.failed]
    found: dict[str, Any] = verdict.as_dict()
    voice.fail(AUDIT_FAILED, sentence, messages=told, **content, **found)


def _tell_result(
    voice: Voice, scenario: "Scenario", plan: "Plan", summary: Mapping[str, Any], out: Path
) -> None:
    from dualcontrol.overview import intensity_told
    from dualcontrol.questions import question_lines
    from dualcontrol.unused import unused_told

    voice.say("done.solve", title=_title(scenario, voice), checks=len(summary["audit"]["checks"]))
    voice.say(
        "done.energy",
        energy=summary["energy_tce"] / 1e4,
        energy_eq=summary["energy_eq_tce"] / 1e4,
        co2=summary["co2_t"] / 1e4,
    )
    voice.say("done.value", value=summary["objective_wan_yuan"], gdp=summary["gdp_wan_yuan"])
    _tell_value(voice, summary)
    if summary.get("intensity_reduction") is not None:
        voice.say("done.intensity", reduction=summary["intensity_reduction"])
    for line in (*unused_told(summary, scenario, voice.lang), *intensity_told(summary, voice.lang)):
        voice.line(line)
    if len(plan.projects):
        counts = plan.projects["decision"].value_counts()
        voice.say(
            "done.projects",
            count=len(plan.projects),
            **{decision: int(counts.get(decision, 0)) for decision in ("admitted", "refused", "gated")},
        )
    if summary.get("network"):
        _tell_network(voice, scenario, summary)
    for warning in summary.get("warnings", []):
        voice.say("done.warning", text=describe(f"warning.{warning}", voice.lang, {}))
    for question in question_lines(summary, voice.lang):
        voice.say("done.warning", text=question)
    if summary.get("mark"):
        voice.say("done.mark", mark=summary["mark"])
        voice.say(
            "done.bases", **{kind: _shares(voice, shares) for kind, shares in summary["basis_shares"].items()}
        )
    voice.say("done.look", folder=out, workbook=out / "budget.xlsx")


def _tell_value(voice: Voice, summary: Mapping[str, Any]) -> None:
    """Value added less costs, what ranking cost, how far the optimum may be off."""
    items = summary["value_items_wan_yuan"]
    earned = sum(worth for item, worth in items.items() if item.startswith("value_added"))
    voice.say("done.items", earned=earned, cost=earned - sum(items.values()))
    bound, optimum = summary.get("bound_wan_yuan"), summary["solver_objective_wan_yuan"]
    gap = None if bound is None else max(0.0, bound - optimum)
    if gap is not None:
        share = gap / abs(optimum) if optimum else 0.0
        voice.say("done.gap", optimum=optimum, ranking=summary["ranking_cost_wan_yuan"], gap=gap, share=share)


def _tell_network(voice: Voice, scenario: "Scenario", summary: Mapping[str, Any]) -> None:
    """How the year was checked, what the network adds, what is built, whose hours are missing."""
    from dualcontrol.sheet_power import builds_told, how_checked, missing_told

    voice.line(how_checked(summary, voice.lang))
    if summary.get("is_draft"):
        voice.say("network.draft_next")
    network = summary["network"]
    voice.say(
        "done.network",
        green=network["green_delivered_mwh"] / 1e4,
        excluded=network["excluded_tce_eq"] / 1e4,
        exported=network["exported_mwh"] / 1e4,
        imported=network["imported_mwh"] / 1e4,
        unserved=network["unserved_mwh"],
    )
    voice.line(builds_told(summary, scenario, voice.lang))
    voice.line(missing_told(summary, scenario, voice.lang))


def _shares(voice: Voice, shares: Mapping[str, float]) -> str:
    return (
        ", ".join(f"{say(f'basis.{basis}', voice.lang)} {share:.1%}" for basis, share in shares.items())
        or "–"
    )


def _title(scenario: "Scenario", voice: Voice) -> str:
    return scenario.settings.title_zh if voice.lang == "zh" else scenario.settings.title_en


def _edited(folder: Path) -> list[str]:
    """Files of a result that are not as published, by the hashes of its summary; empty if it has none."""
    from dualcontrol.publish import SUMMARY, hashes

    try:
        published = json.loads((folder / SUMMARY).read_text(encoding="utf-8-sig"))["hashes"]["files"]
        found = hashes(folder)
        return sorted(name for name in {*published, *found} if published.get(name) != found.get(name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
