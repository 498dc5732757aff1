"""Annexes 1, 4, 7, 8: the county's budget, what is freed, the form for the year's warnings, what enters the pool."""

from collections.abc import Iterator

from dualcontrol.annex import WAN, Annex, AnnexColumn, Material, Row, Words, given, said, worded
from dualcontrol.model.ledger import EARMARK, POOL, RESERVE
from dualcontrol.tables import QUARTERS
from dualcontrol.words import account_names

_BUDGET = (
    AnnexColumn("item", width=40),
    AnnexColumn("base_wan_tce", "dec2", 14),
    AnnexColumn("base_wan_tce_eq", "dec2", 14),
    AnnexColumn("plan_wan_tce", "dec2", 14),
    AnnexColumn("plan_wan_tce_eq", "dec2", 14),
    AnnexColumn("change_wan_tce", "dec2", 14, formula="{plan_wan_tce}-{base_wan_tce}"),
    AnnexColumn("change_wan_tce_eq", "dec2", 14, formula="{plan_wan_tce_eq}-{base_wan_tce_eq}"),
    AnnexColumn("remark", width=14),
)
_FREED = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("item", width=34),
    AnnexColumn("owner", width=30),
    AnnexColumn("type", width=22),
    AnnexColumn("saving_tce", "int", 13),
    AnnexColumn("method", width=34),
    AnnexColumn("deadline", width=14),
    AnnexColumn("counted_tce", "int", 13, True),
)
_WARNING = (
    AnnexColumn("item", width=34),
    AnnexColumn("year_tce", "int", 13),
    AnnexColumn("until_q1", "int", 12),
    AnnexColumn("until_q2", "int", 12),
    AnnexColumn("until_q3", "int", 12),
    AnnexColumn("until_q4", "int", 12),
    AnnexColumn("quarter", "int", 9),
    AnnexColumn("actual_tce", "int", 13),
    AnnexColumn("progress", "share", 11,
                formula='IF(OR({actual_tce}="",{quarter}=""),"",'
                "{actual_tce}/CHOOSE({quarter},{until_q1},{until_q2},{until_q3},{until_q4}))"),
    AnnexColumn("level", width=12,
                formula='IF({progress}="","",IF({progress}>1.05,"红 red",IF({progress}>1,"橙 orange","绿 green")))'),
)  # fmt: skip
_STORED = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("seller", width=32),
    AnnexColumn("buyer", width=26),
    AnnexColumn("amount_tce", "int", 14, True),
    AnnexColumn("measure", width=10),
    AnnexColumn("unit_price", width=18),
    AnnexColumn("valid", width=12),
    AnnexColumn("document", width=18),
    AnnexColumn("ground", width=34),
)
_MEASURED = frozenset({"saving", "line_saving"})


def budget(material: Material) -> Annex:
    """Annex 1: the county's energy of both years, 当量 and 等价, in blocks that add up; then the pool by occasion."""
    rows: list[Row] = []
    for block in ("gross", "intensity", "total"):
        rows.append(_head(said(f"county.{block}")))
        sums = [0.0] * 4
        for line in material.plan.account.to_dict("records"):
            if line["block"] != block:
                continue
            is_sum = line["line"] == ("all" if block == "gross" else "counted")
            figures = [line[name] / WAN for name in ("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq")]
            if is_sum:  # of the lines as published, to 0.1 tce each: what the reader's own sum gives
                figures = sums
            else:
                sums = [one + more for one, more in zip(sums, figures, strict=True)]
            changes = [figures[2] - figures[0], figures[3] - figures[1]]
            rows.append(
                Row((said(f"county.{line['line']}"), *figures, *changes, ""), "sum" if is_sum else "item")
            )
    rows += _society(material)
    rows += _pool(material)
    settings = material.scenario.settings
    params = {
        "base": settings.base_year,
        "plan": settings.plan_year,
        "k_eq": settings.accounting.k_eq_tce_per_mwh,
    }
    return Annex("1", _BUDGET, tuple(rows), params=params)


def _head(words: Words) -> Row:
    return Row((words, *([None] * (len(_BUDGET) - 1))), "head")


def _society(material: Material) -> Iterator[Row]:
    """Quotas of the fields beyond the key units, 当量."""
    lines = material.kind("society")
    if not lines:
        return
    yield _head(said("annex.society"))
    sums = [0.0, 0.0]
    for row in lines:
        base, plan = row.opening_tce / WAN, row.quota_tce / WAN
        sums = [sums[0] + base, sums[1] + plan]
        yield Row((row.name, base, None, plan, None, plan - base, None, ""))
    yield Row((said("annex.sum"), sums[0], None, sums[1], None, sums[1] - sums[0], None, ""), "sum")


def _pool(material: Material) -> Iterator[Row]:
    """What entered the pool and its earmark (+) and left them (−) by occasion; it ends with what is left there."""
    moved: dict[tuple[str, str], int] = {}
    own = {POOL, EARMARK}
    for entry in material.plan.ledger.itertuples(index=False):
        sign = int(entry.to_account in own) - int(entry.from_account in own)
        if sign:
            key = (str(entry.note), str(entry.clause))
            moved[key] = moved.get(key, 0) + sign * int(entry.tce)
    yield _head(said("annex.pool"))
    for (note, clause), tce in moved.items():
        yield Row((worded("note", note), None, None, tce / WAN, None, None, None, clause))
    left = sum(moved.values()) / WAN
    yield Row((said("annex.pool_left"), None, None, left, None, None, None, ""), "sum")


def freed(material: Material) -> Annex:
    """Annex 4: measures taken, and what units and society give up, tce (当量); summed is what enters the budget."""
    names = account_names(material.scenario)
    told = {row["measure_id"]: row for row in material.scenario.table("measures").to_dict("records")}
    rows: list[Row] = []
    for row in material.plan.measures.itertuples(index=False):
        if row.adopted <= 0:
            continue
        measure = told.get(row.measure_id, {})
        owner = names.get(f"unit:{row.unit_id}") or names.get(f"society:{row.line_id}") or ""
        month = given(measure.get("start_month"))
        share = given(measure.get("realised_share"))
        method = said("annex.by_measure", share=1.0 if share is None else float(share))
        deadline = said("annex.month", month=int(month)) if month else Words("", "")
        rows.append(
            Row((len(rows) + 1, row.name, owner, worded("kind_of_measure", row.kind), float(row.saving_tce),
                 method, deadline, None))
        )  # fmt: skip
    for (account, note, clause), tce in _given_up(material).items():
        method = said("annex.by_measured" if note in _MEASURED else "annex.by_rule", clause=clause)
        year = said("annex.whole_year")
        rows.append(
            Row((len(rows) + 1, worded("note", note), names.get(account, account), said("annex.quota_cut"), None,
                 method, year, float(tce)))
        )  # fmt: skip
    return Annex("4", _FREED, tuple(rows), has_total=True)


def _given_up(material: Material) -> dict[tuple[str, str, str], int]:
    """What accounts gave to the pool and its earmark: (account, note, clause) -> tce."""
    found: dict[tuple[str, str, str], int] = {}
    for entry in material.plan.ledger.itertuples(index=False):
        is_owner = entry.from_account.partition(":")[0] in ("unit", "society")
        if is_owner and entry.to_account in (POOL, EARMARK) and entry.note != "society":
            key = (entry.from_account, str(entry.note), str(entry.clause))
            found[key] = found.get(key, 0) + int(entry.tce)
    return found


def warning(material: Material) -> Annex:
    """Annex 7: quotas cumulated by quarter, tce (当量), with empty cells for what the year brings."""
    holders = [*material.kind("unit"), *material.kind("society")]
    sums = [[int(getattr(row, name)) for name in QUARTERS] for row in holders]
    every = [sum(column) for column in zip(*sums, strict=True)] if sums else [0] * len(QUARTERS)
    rows = [_cumulated(said("annex.all_holders"), every)]
    rows += [_cumulated(row.name, own) for row, own in zip(holders, sums, strict=True)]
    return Annex("7", _WARNING, tuple(rows))


def _cumulated(item: object, quarters: list[int]) -> Row:
    until = [float(sum(quarters[: k + 1])) for k in range(len(quarters))]
    return Row((item, until[-1], *until, None, None, "", ""), "memo")


def stored(material: Material) -> Annex:
    """Annex 8: what the pool, its earmark, the reserve and the market took in from holders, tce (当量)."""
    names = account_names(material.scenario)
    rows: list[Row] = []
    found: dict[tuple[str, str, str, str], int] = {}
    for entry in material.plan.ledger.itertuples(index=False):
        is_trade = "market" in (entry.from_account.partition(":")[0], entry.to_account.partition(":")[0])
        is_stored = (
            entry.from_account.startswith(("unit:", "society:"))
            and entry.to_account in (POOL, EARMARK, RESERVE)
            and entry.note != "society"
        )
        if is_trade or is_stored:
            key = (entry.from_account, entry.to_account, str(entry.note), str(entry.clause))
            found[key] = found.get(key, 0) + int(entry.tce)
    year = str(material.scenario.settings.plan_year)
    for (seller, buyer, note, clause), tce in found.items():
        is_trade = "market" in (seller.partition(":")[0], buyer.partition(":")[0])
        sides = [names.get(side) or worded("account", side.replace(":", ".")) for side in (seller, buyer)]
        price = Words("–", "–") if is_trade else said("annex.by_rule_unpaid")
        ground = Words(*(f"{text} ({clause})" for text in worded("note", note)))
        rows.append(
            Row(
                (
                    len(rows) + 1,
                    *sides,
                    float(tce),
                    said("annex.calorific"),
                    price,
                    year,
                    said("annex.to_fill"),
                    ground,
                )
            )
        )
    return Annex("8", _STORED, tuple(rows), has_total=True)
