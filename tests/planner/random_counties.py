"""Small random counties for properties: drawn without names, so that the same county can be given others."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, county, others, project, total, unit

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Draft:
    """A drawn county: owners in order (units first), settings, tables; `measures` by position of the unit."""

    owners: tuple[Owner, ...]
    settings: dict[str, object]
    tables: dict[str, Rows]
    measures: tuple[tuple[int, dict[str, object]], ...] = field(default=())

    def names(self) -> list[str]:
        """Plain names: o0, o1, ..."""
        return [f"o{k}" for k in range(len(self.owners))]

    def named(self, names: Sequence[str] | None = None) -> list[Owner]:
        """The owners under the given names."""
        return [renamed(owner, name) for owner, name in zip(self.owners, names or self.names(), strict=True)]

    def every_table(self, names: Sequence[str] | None = None) -> dict[str, Rows]:
        """All tables but those of the owners."""
        given = names or self.names()
        rows: Rows = [
            {"measure_id": f"m {given[k]} {n}", "unit_id": given[k], **row}
            for n, (k, row) in enumerate(self.measures)
        ]
        return {**self.tables, "measures": rows}

    def scenario(self, names: Sequence[str] | None = None) -> Scenario:
        """The scenario of the county under the given names."""
        return county(self.named(names), self.settings, **self.every_table(names))


def renamed(owner: Owner, name: str) -> Owner:
    """The owner under another id and display name."""
    key = f"{owner.table[:-1]}_id"
    energy = tuple({**row, key: name} for row in owner.energy)
    return replace(owner, row={**owner.row, key: name, "name": name}, energy=energy)


def decimals(low: int, high: int) -> st.SearchStrategy[float]:
    """Decimals with one place, as people write them."""
    return st.integers(low * 10, high * 10).map(lambda n: n / 10)


@st.composite
def units(draw: st.DrawFn, is_simple: bool) -> Owner:
    """A unit; `is_simple`: coal alone, nobody distinguished or dishonest."""
    columns: dict[str, object] = {
        "sector": draw(st.sampled_from(("works", "heavy", "public"))),
        "activity_min": draw(st.sampled_from((0, 0.5))),
        "activity_max": draw(st.sampled_from((1, 1.05, 1.3))),
    }
    if not is_simple:
        columns |= {
            "mwh": draw(st.sampled_from((0, 500, 3000))),
            "process_co2_t": draw(st.integers(0, 200)),
            "is_leader": draw(st.booleans()),
            "industry_class": draw(st.sampled_from(("allowed", "restricted"))),
            "conduct": draw(st.sampled_from(("normal", "normal", "warned", "serious"))),
        }
        if columns["mwh"]:
            columns["self_pv_max_mwh"] = draw(st.sampled_from((0, 0, 100)))
            columns["green_max_mwh"] = draw(st.sampled_from((0, 0, 400)))
    return unit("", draw(decimals(100, 2000)), draw(st.integers(50, 1500)), **columns)


@st.composite
def projects(draw: st.DrawFn, is_divisible: bool) -> Owner:
    """A candidate project; one that is divisible has no threshold."""
    columns: dict[str, object] = {"start_month": draw(st.sampled_from((1, 1, 4, 7)))}
    if is_divisible:
        columns |= {"is_divisible": 1, "load_min": 0}
    else:
        columns |= {
            "load_min": draw(st.sampled_from((1, 0.6))),
            "annual_cost_wan_yuan": draw(st.integers(0, 20)),
            "is_in_park": draw(st.sampled_from((1, 1, 1, 0))),
            "is_quota_approved": draw(st.booleans()),
        }
    return project("", draw(decimals(10, 300)), draw(st.integers(5, 250)), **columns)


@st.composite
def drafts(draw: st.DrawFn, is_simple: bool = False, is_divisible: bool = False) -> Draft:
    """A county of two to four units and up to three projects.

    is_simple: coal alone, no measures, no society. is_divisible: no yes-or-no decision at all.
    """
    owners = [*draw(st.lists(units(is_simple), min_size=2, max_size=4)),
              *draw(st.lists(projects(is_divisible), max_size=3))]  # fmt: skip
    settings = total(
        draw(st.integers(0, 300)),
        overshoot_max_share=draw(st.sampled_from((0, 0.02))),
        overshoot_price_wan_yuan_per_tce=draw(st.sampled_from((0.1, 0.7))),
    )
    reduction = draw(st.sampled_from((None, None, 0.0, 0.03)))
    if reduction is not None:
        settings["targets"]["intensity_reduction"] = reduction
    tables: dict[str, Rows] = {
        "gdp": [others(draw(st.integers(200, 3000)), draw(st.sampled_from((0, 0.06))))]
    }
    if is_simple:
        return Draft(tuple(owners), settings, tables)
    if draw(st.booleans()):
        yuan = draw(st.sampled_from((0.13, 5)))
        tables["tariffs"] = [{"tariff_id": "t", "kind": "differential", "industry_class": "restricted",
                              "yuan_per_kwh": yuan, "effective_from": "2021-01-01"}]  # fmt: skip
    for name, shares in (("co2_intensity_reduction", (0.0, 0.05)), ("fossil_max_share_of_base", (0.9, 1.1))):
        share = draw(st.sampled_from((None, None, *shares)))
        if share is not None:
            settings["targets"][name] = share
    settings["accounting"] = {"renewable_share_required": 0.2}
    settings["policy"] = {"headroom_share": draw(st.sampled_from((0, 0.01)))}
    kinds = draw(st.sets(st.sampled_from(("feedstock", "self_pv", "excess_renewable", "added_renewable"))))
    tables["exclusions"] = [
        {"kind": k, "measure": "total", "effective_from": "2021-01-01"} for k in sorted(kinds)
    ]
    tables["power"] = [
        {"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": draw(st.sampled_from((300, 2000)))},
        {"item": "added_renewable", "base_mwh": 30, "plan_mwh": draw(st.sampled_from((10, 150)))},
    ]
    if draw(st.booleans()):
        tables["society"] = [{
            "line_id": "homes", "base_fuel_tce": draw(decimals(10, 100)), "base_electricity_mwh": 200,
            "plan_fuel_tce": draw(decimals(10, 100)), "plan_electricity_mwh": 210, "co2_t_per_fuel_tce": 2.6,
            "floor_share": 0.8, "shortfall_wan_yuan_per_tce": draw(st.sampled_from((0.2, 9))),
        }]  # fmt: skip
    measures = () if is_divisible else draw(_measures())
    return Draft(tuple(owners), settings, tables, measures)


def _measures() -> st.SearchStrategy[tuple[tuple[int, dict[str, object]], ...]]:
    row = st.builds(
        lambda place, saving, cost: (place, {"carrier_id": "coal", "saving_quantity": saving,
                                             "annual_cost_wan_yuan": cost}),
        st.integers(0, 1), decimals(1, 20), decimals(0, 10),
    )  # fmt: skip
    return st.lists(row, max_size=2).map(tuple)
