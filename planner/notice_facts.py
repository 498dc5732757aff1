"""What the notice of one enterprise says: its own data and nobody else's, from the published plan and `explain`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dualcontrol.annex import Words, given, plain_number, reasons, said, worded
from dualcontrol.document_facts import Facts
from dualcontrol.explain_account import Account
from dualcontrol.messages import Language, say
from dualcontrol.model.benchmark_lines import line_in_force

LEVELS = ("advanced", "access", "limit")
QUARTER_HEADS = ("annex.q1_tce", "annex.q2_tce", "annex.q3_tce", "annex.q4_tce")
_KGCE = ("kgce/t", "kgce/m2")
_PER_TONNE = 1000.0  # kgce in a tce


@dataclass(frozen=True)
class Standard:
    """A line of energy per product that the unit is measured by. own, value: in `unit`.

    since: the edition's first day in force. tce_per_unit: tce of the base year per `unit`, of an advanced value in
    kgce; None for others.
    """

    product: str
    output: str
    own: float
    level: str
    value: float
    unit: str
    boundary: str
    source: str
    since: date
    basis: str
    tce_per_unit: float | None


@dataclass(frozen=True)
class Used:
    """Energy of the base year by carrier: physical quantity, tce (当量), and how sure the row is."""

    carrier: str
    use: Words
    quantity: float
    unit: str
    tce: float
    basis: Words
    source: str
    derivation: str


@dataclass(frozen=True)
class Notice:
    """All that one enterprise is told. row: its row of `quotas`."""

    facts: Facts
    account: Account
    row: Any
    sector: str
    credit_code: str
    reason: Words
    standards: tuple[Standard, ...]
    used: tuple[Used, ...]
    source: str

    @property
    def change_tce(self) -> int:
        """Quota less base."""
        return int(self.row.quota_tce) - int(self.row.opening_tce)


def notice_of(facts: Facts, account: Account) -> Notice:
    """The notice of a unit, from its own rows."""
    material = facts.material
    row = next(r for r in material.kind("unit") if r.id == account.id)
    unit = next(r for r in material.scenario.rows("units") if r.unit_id == account.id)
    return Notice(
        facts, account, row, material.sector(unit.sector_id), str(given(unit.credit_code) or ""), reasons(row),
        tuple(_standards(facts, account.id)), tuple(_used(facts, account.id)), str(unit.source),
    )  # fmt: skip


def _standards(facts: Facts, owner: str) -> Iterator[Standard]:
    scenario = facts.material.scenario
    for product in scenario.rows("products"):
        if (
            product.unit_id != owner
            or given(product.benchmark_key) is None
            or given(product.specific_energy) is None
        ):
            continue
        for level in LEVELS:
            line = line_in_force(scenario, str(product.benchmark_key), level)
            if line is None:
                continue
            is_kgce = product.specific_unit in _KGCE and level == "advanced"
            yield Standard(
                str(product.product), f"{plain_number(product.output)} {product.output_unit}",
                float(product.specific_energy), level, float(line.value), str(line.unit), str(line.boundary),
                str(line.source), line.effective_from, str(line.basis),
                float(product.output) / _PER_TONNE if is_kgce else None,
            )  # fmt: skip


def _used(facts: Facts, owner: str) -> Iterator[Used]:
    scenario = facts.material.scenario
    carriers = {row.carrier_id: row for row in scenario.rows("carriers")}
    for row in scenario.rows("unit_energy"):
        if row.unit_id != owner:
            continue
        carrier = carriers[row.carrier_id]
        sign = -1.0 if row.use == "conversion_out" else 1.0
        yield Used(
            str(carrier.name), said(f"notice.use_{row.use}"), float(row.quantity), str(carrier.unit),
            sign * float(row.quantity) * float(carrier.tce_per_unit), worded("basis", row.basis), str(row.source),
            str(given(row.derivation) or ""),
        )  # fmt: skip


def changes(notice: Notice, lang: Language) -> list[str]:
    """What would change the quota: of `explain`, and what a lower energy per product would do."""
    account, told = notice.account, []
    if account.is_typical:
        told.append(say("explain.typical", lang))
    if account.quota_again_tce != account.quota_tce:
        told.append(say("explain.again", lang, quota=account.quota_again_tce))
    share = notice.facts.material.scenario.settings.policy.cut_phase_share
    told += [
        say("notice.lower", lang, product=s.product, unit=s.unit, value=s.value, own=s.own, share=share,
            tce=s.tce_per_unit * share)
        for s in notice.standards
        if s.tce_per_unit is not None and s.own > s.value
    ]  # fmt: skip
    if int(notice.row.release_tce) and any(
        s.tce_per_unit is not None and s.own > s.value for s in notice.standards
    ):
        told.append(say("notice.larger_of_both", lang))  # the two cuts are the larger of both, never the sum
    if account.worth_wan_yuan_per_tce is not None:
        told.append(say("explain.worth_tonne", lang, worth=account.worth_wan_yuan_per_tce))
    if account.pool_more_tce is not None and account.with_more_tce is not None:
        change = account.with_more_tce - account.quota_again_tce
        told.append(
            say(
                "explain.more_pool",
                lang,
                more=account.pool_more_tce,
                quota=account.with_more_tce,
                change=change,
            )
        )
    told += [say("notice.held", lang, what=say(f"constraint.{held.name}", lang), clause=held.clause)
             for held in account.held]  # fmt: skip
    return list(dict.fromkeys(told))
