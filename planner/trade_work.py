"""The work of `dualcontrol trade`: check the plan, hold the market, check it, tell and write it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.messages import describe, known, say
from dualcontrol.work import AUDIT_FAILED, BAD_INPUT, OK, command, read, told_no_plan

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.trade import Held


@command
def tell_trade(voice: Voice, folder: Path, out: Path, changes: Sequence[str]) -> int:
    """Hold the market of the plan in a result folder. OK, BAD_INPUT or AUDIT_FAILED."""
    from dualcontrol.power_output import FolderError
    from dualcontrol.publish import recover

    if foreign := [text for text in changes if not text.startswith("trade.")]:
        voice.fail(BAD_INPUT, say("trade.only_trade", voice.lang, settings=", ".join(foreign)))
        return BAD_INPUT
    recover(folder)
    if told_no_plan(voice, folder):
        return BAD_INPUT
    if not (folder / "summary.json").is_file():
        voice.fail(BAD_INPUT, say("error.not_a_result", voice.lang, folder=folder))
        return BAD_INPUT
    with voice.stage("check"):
        from dualcontrol.model.audit import audit_folder
        from dualcontrol.model.audit.trade import audit_market

        verdict = audit_folder(folder)
    if not verdict.passed:
        return _failed(voice, verdict, "error.audit_failed_folder", folder=str(folder))
    scenario = read(voice, folder / "inputs", changes)
    with voice.stage("optimise"):
        from dualcontrol.trade import hold_market, read_tables, summary_of, tables_of
        from dualcontrol.trade_output import as_text, write_trade

        try:
            held = hold_market(scenario, read_tables(folder))
        except ValueError as error:
            voice.fail(BAD_INPUT, say("trade.unknown_units", voice.lang, units=error))
            return BAD_INPUT
    tables = tables_of(held)
    with voice.stage("check"):
        checked = audit_market(scenario, folder, as_text(tables))
    if not checked.passed:
        return _failed(voice, checked, "trade.audit_failed", folder=str(folder))
    base = json.loads((folder / "summary.json").read_text(encoding="utf-8-sig"))
    summary = summary_of(held, base) | {"audit": {"passed": True, "checks": len(checked.checks)}}
    try:
        with voice.stage("publish"):
            write_trade(tables, summary, out)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    _tell(voice, held, summary)
    if summary["mark"]:
        voice.say("done.mark", mark=summary["mark"])
    voice.say("trade.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **summary)
    return OK


def _failed(voice: Voice, verdict: "Verdict", message: str, **content: Any) -> int:
    voice.checks(verdict.failed)
    sentence = say(message, voice.lang, count=len(verdict.checks), failures=len(verdict.failed))
    told = [describe(f"audit.{check.name}", voice.lang, check.params) for check in verdict.failed]
    found: dict[str, Any] = verdict.as_dict()
    voice.fail(AUDIT_FAILED, sentence, messages=told, **content, **found)
    return AUDIT_FAILED


def _why(voice: Voice, clause: str, reason: str) -> str:
    """The clause and the limit that leaves no room, in words where it has a name."""
    if not clause:
        return ""
    name = say(f"constraint.{reason}", voice.lang) if known(f"constraint.{reason}") else reason
    return f"（{clause} {name}）" if voice.lang == "zh" else f" ({clause} {name})"


def _tell(voice: Voice, held: "Held", summary: dict[str, Any]) -> None:
    """Price, who traded, what it adds against the market closed, and why others stayed out."""
    from dualcontrol.trade import tables_of

    if not summary["is_open"]:
        voice.say("trade.closed")
        return
    price = summary["price_wan_yuan_per_tce_eq"]
    if price is None:
        voice.say("trade.no_trade")
    else:
        voice.say(
            "trade.price",
            price=price * 1e4,
            volume=summary["volume_tce_eq"],
            money=summary["turnover_wan_yuan"],
        )
        voice.say(
            "trade.adds", added=summary["trade_adds_wan_yuan"], energy=float(held.moved.total_tce_eq),
            county=summary["county_share_tce"],
        )  # fmt: skip
    for row in tables_of(held)["trades"].to_dict("records"):
        name = row["name"] or say("trade.county", voice.lang)
        state = say(f"trade_state.{row['state']}", voice.lang)
        if row["state"] == "barred":
            voice.say("trade.barred", name=name, side=say(f"trade_side.{row['side']}", voice.lang),
                      clause=row["clause"], why=say(f"trade_reason.{row['reason']}", voice.lang))  # fmt: skip
            continue
        voice.say(
            "trade.row", name=name, side=say(f"trade_side.{row['side']}", voice.lang),
            kind=say(f"trade_kind.{row['kind']}", voice.lang), filled=row["filled_tce_eq"], most=row["tce_eq"],
            limit=float(row["limit_wan_yuan_per_tce_eq"]) * 1e4, net=float(row["net_wan_yuan"]), state=state,
            why=_why(voice, row["clause"], row["reason"]),
        )  # fmt: skip
    if not summary["is_exact"]:
        voice.say("trade.not_exact")
    if summary["is_network_redone"] is False:
        voice.say("trade.network")
