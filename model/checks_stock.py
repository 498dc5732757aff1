"""Whether what is given up and saved is somebody's, is there, and is named once (2.3, 2.4, 3.2.3e, 3.3.2d)."""

from collections.abc import Callable

from dualcontrol.model.checks_energy import OUT, can_sum, exceeds, with_tce
from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import plain
from dualcontrol.model.schema import ELECTRICITY

_PUBLISHED_TOGETHER = (
    ("measures", "measure_id"),
    ("retirements", "retirement_id"),
    ("capacity_replacements", "pair_id"),
    ("replacements", "replacement_id"),
)


def measure_owners(draft: Draft) -> None:
    """A measure saves for one unit or for one society line."""
    for i, _ in draft.rows("measures"):
        given = draft.records["measures"][i].values
        if ("unit_id" in given) == ("line_id" in given):
            draft.tell("measure_owner", "measures", i, "unit_id")


def distinct_ids(draft: Draft) -> None:
    """Measures, retirements, pairs and sources stand in one table of the plan: no id may be two of them."""
    known: dict[str, str] = {}
    for table, key in _PUBLISHED_TOGETHER:
        own = {value for value in draft.frames[table][key] if value}
        for i, value in enumerate(draft.frames[table][key]):
            if value in known:
                draft.tell("id_used_twice", table, i, key, other=f"{known[value]}.csv")
        known |= dict.fromkeys(own - set(known), table)


def line_savings(draft: Draft) -> None:
    """All measures of a society line together cannot save more electricity or fuel than it needs."""
    columns = ("line_id", "plan_fuel_tce", "plan_electricity_mwh")
    if not draft.has("society", *columns) or not draft.has("carriers", "carrier_id", "tce_per_unit"):
        return
    needs = draft.frames["society"].set_index("line_id")
    factors = draft.frames["carriers"].drop_duplicates("carrier_id").set_index("carrier_id")["tce_per_unit"]
    total: dict[tuple[str, bool], float] = {}
    for i, row in draft.rows("measures"):
        if row.line_id not in needs.index or row.carrier_id not in factors.index:
            continue
        is_electricity = row.carrier_id == ELECTRICITY
        saved = row.saving_quantity * (1.0 if is_electricity else factors[row.carrier_id])
        key = (row.line_id, is_electricity)
        total[key] = total.get(key, 0.0) + saved
        limit = float(needs.loc[row.line_id, "plan_electricity_mwh" if is_electricity else "plan_fuel_tce"])
        if exceeds(total[key], limit):
            draft.tell("saving_above_use", "measures", i, "saving_quantity",
                       use=plain(limit), saving=plain(total[key]))  # fmt: skip


def sources(draft: Draft) -> None:
    """A source is a unit that closes a share of its capacity before the project starts, or a document of its own."""
    starts = dict(
        zip(draft.frames["projects"]["project_id"], draft.frames["projects"]["start_month"], strict=True)
    )
    served: dict[str, str] = {}
    for i, row in draft.rows("replacements"):
        given = draft.records["replacements"][i].values
        if not row.unit_id and not row.document and not {"unit_id", "document"} & set(given):
            draft.tell("replacement_source", "replacements", i, "unit_id")
        if row.unit_id and row.capacity_share == 0:
            draft.tell("replacement_share", "replacements", i, "capacity_share")
        if row.start_month > starts.get(row.project_id, row.start_month):
            draft.tell("replacement_too_late", "replacements", i, "start_month",
                       start=plain(starts[row.project_id]))  # fmt: skip
        if row.document and not row.unit_id:
            first = served.setdefault(row.document, row.project_id)
            if row.project_id and first and first != row.project_id:
                draft.tell("document_used_twice", "replacements", i, "document", other=first)


def source_energy(draft: Draft) -> None:
    """A unit cannot give up more energy than the share of its capacity takes in."""
    if not len(draft.frames["replacements"]) or not can_sum(draft, "unit"):
        return
    rows = with_tce(draft, "unit")
    taken = rows[rows["use"] != OUT].groupby("unit_id")["tce"].sum()
    for i, row in draft.rows("replacements"):
        limit = float(taken.get(row.unit_id, 0.0)) * row.capacity_share
        if row.unit_id and exceeds(row.energy_tce, limit):
            draft.tell("replacement_above_use", "replacements", i, "energy_tce",
                       use=plain(limit), energy=plain(row.energy_tce))  # fmt: skip


def pairs(draft: Draft) -> None:
    """The new line of a pair is a project of the enterprise that gives up the old capacity."""
    builders = dict(
        zip(draft.frames["projects"]["project_id"], draft.frames["projects"]["unit_id"], strict=True)
    )
    for i, row in draft.rows("capacity_replacements"):
        if row.project_id in builders and row.unit_id and builders[row.project_id] != row.unit_id:
            draft.tell("pair_of_other_unit", "capacity_replacements", i, "project_id", unit=row.unit_id)


STOCK_CHECKS: tuple[Callable[[Draft], None], ...] = (
    measure_owners,
    distinct_ids,
    line_savings,
    sources,
    source_energy,
    pairs,
)
