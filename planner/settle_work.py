"""The work of `dualcontrol settle`: a year's metered use against its quotas, and what the next year opens with."""

import csv
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.failures import named
from dualcontrol.track_work import SUMMARY, guarded, rules_of
from dualcontrol.work import BAD_INPUT, OK, command

if TYPE_CHECKING:
    from dualcontrol.model.ledger import Entry
    from dualcontrol.model.scenario import Scenario
    from dualcontrol.model.settlement import Settlement
    from dualcontrol.model.tracking import Tracking

NEXT_ENERGY, NEXT_ADJUSTMENTS = "unit_energy.csv", "adjustments.csv"


@command
def settle_year(voice: Voice, plan: Path, readings: Path, out: Path, settings: Sequence[str]) -> int:
    """Settle, write, tell. OK or BAD_INPUT."""
    from datetime import date

    from dualcontrol.model.settlement import SettlementRules, settle
    from dualcontrol.model.tracking import track
    from dualcontrol.model.tracking_rules import TrackingRules
    from dualcontrol.out_folder import csv_bytes, put
    from dualcontrol.provenance import json_text, mark
    from dualcontrol.track import followed, metered
    from dualcontrol.track_tables import ledger_lines, opening_lines, problem_lines, settlement_lines

    rules = rules_of(voice, SettlementRules, settings)
    if rules is None:
        return BAD_INPUT

    def work() -> int:
        with voice.stage("read"):
            of = followed(plan)
            # late corrections of the year count whenever they were reported
            judged = metered(of, readings, date(of.year, 12, 31), is_final=True)
        tracking = track(of.accounts, of.holders, judged, TrackingRules())
        settled = settle(tracking, issued_entries(of.folder), of.accounts, rules)
        sign = mark(of.scenario)
        told = ({"mark": sign} if sign else {}) | summary(settled, tracking)
        files = {
            "settlement.csv": csv_bytes(settlement_lines(settled)),
            "settlement_ledger.csv": csv_bytes(ledger_lines(settled.entries)),
            "opening_balances.csv": csv_bytes(opening_lines(settled)),
            NEXT_ADJUSTMENTS: csv_bytes(next_adjustments(settled, of.scenario)),
            NEXT_ENERGY: csv_bytes(next_energy(tracking, of.scenario)),
            "readings_problems.csv": csv_bytes(problem_lines(judged.problems)),
            SUMMARY: json_text(told).encode("utf-8"),
        }
        with voice.stage("publish"):
            put(out, files)
        _tell(voice, settled)
        if sign:
            voice.say("done.mark", mark=sign)
        voice.say("settle.written", folder=out)
        voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
        return OK

    return guarded(voice, work)


def issued_entries(folder: Path) -> "tuple[Entry, ...]":
    """The ledger of a published plan."""
    from dualcontrol.model.ledger import Entry

    with (folder / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            Entry(int(r["year"]), r["from_account"], r["to_account"], int(r["tce"]), r["clause"], r["note"])
            for r in csv.DictReader(file)
        )


def next_adjustments(settled: "Settlement", scenario: "Scenario") -> list[list[str]]:
    """`adjustments.csv` for the next year's scenario: what makes metered use its opening; existing units only."""
    units = {row.unit_id for row in scenario.rows("units")}
    headings = [
        "adjustment_id",
        "unit_id",
        "tce",
        "reason",
        "document",
        "approved_by",
        "source",
        "basis",
        "derivation",
    ]
    year, lines = settled.year, [headings]
    for one in settled.openings:
        if one.account.startswith("unit:") and one.owner in units and one.adjustment_tce:
            parts = f"期初{one.opening_tce}＝基数{one.base_tce}－扣减{one.deduction_tce}"
            lines.append([
                f"settle-{year}-{one.owner}", one.owner, str(one.adjustment_tce), f"{year}年度清算",
                "待审定（清算建议）", "待审定", f"{year}年度计量数据", "measured", parts,
            ])  # fmt: skip
    return lines


def next_energy(tracking: "Tracking", scenario: "Scenario") -> list[list[str]]:
    """`unit_energy.csv` for the next year's scenario: metered use by carrier, in carrier units."""
    from dualcontrol.model.tracking import decimal

    units = {row.unit_id for row in scenario.rows("units")}
    carriers = {row.carrier_id for row in scenario.rows("carriers")}
    year = tracking.metered.calendar.year
    lines = [["unit_id", "carrier_id", "use", "quantity", "source", "basis", "derivation"]]
    totals: dict[tuple[str, str, str], tuple[Fraction, bool]] = {}
    for (owner, carrier, use), flow in tracking.metered.flows.items():
        if owner in units and carrier in carriers and use != "green":
            kind = "fuel" if use == "self_pv" else use
            before, was = totals.get((owner, carrier, kind), (Fraction(0), False))
            estimated = sum(flow.estimated, Fraction(0)) > 0
            totals[owner, carrier, kind] = (before + sum(flow.total, Fraction(0)), was or estimated)
    for (owner, carrier, use), (quantity, is_estimated) in sorted(totals.items()):
        basis = "estimated" if is_estimated else "measured"
        lines.append(
            [owner, carrier, use, decimal(quantity, 6), f"{year}年度计量数据", basis, "全年计量之和"]
        )
    return lines


def summary(settled: "Settlement", tracking: "Tracking") -> dict[str, Any]:
    """What `summary.json` and `--json` say."""
    lines = settled.lines
    outcomes: dict[str, list[str]] = {}
    for line in lines:
        outcomes.setdefault(line.outcome, []).append(line.account)
    judged = tracking.metered
    return {
        "year": settled.year,
        "status": "proposed",
        "readings": {"rows": judged.rows, "counted": judged.counted, "taken": judged.taken},
        "quota_tce": sum(line.quota_tce for line in lines),
        "charged_tce": sum(line.charged_tce for line in lines),
        "over_tce": sum(line.over_tce for line in lines),
        "deducted_tce": sum(line.deducted_tce for line in lines),
        "traded_tce": sum(line.bought_tce for line in lines),
        "uncovered_tce": sum(line.uncovered_tce for line in lines),
        "submitted_for_recognition": [line.account for line in lines if line.procedure],
        "outcomes": dict(sorted(outcomes.items())),
        "trial_balance_tce": sum(settled.ledger.balances().values()),
        "rules": settled.rules.model_dump(),
    }


def _tell(voice: Voice, settled: "Settlement") -> None:
    lines = settled.lines
    if not lines:
        voice.say("settle.off")
    over = [line for line in lines if line.over_tce]
    voice.say(
        "settle.told",
        count=len(lines),
        charged=sum(x.charged_tce for x in lines),
        quota=sum(x.quota_tce for x in lines),
    )
    for line in over:
        voice.say(
            "settle.over", name=line.name, over=line.over_tce, deducted=line.deducted_tce, bought=line.bought_tce,
            paid=float(line.paid_wan_yuan),
        )  # fmt: skip
    submitted = [line.name for line in lines if line.procedure]
    if submitted:
        voice.say("settle.submitted", count=len(submitted), names=named(submitted))
    unmetered = [line.name for line in lines if not line.is_metered]
    if unmetered:
        voice.say("settle.unmetered", count=len(unmetered), names=named(unmetered))
    voice.say("settle.balance", balance=sum(settled.ledger.balances().values()))
