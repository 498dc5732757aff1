"""How the Dalad 2022 outputs were scaled to the energy of above-scale industry (990.66 万tce), per unit.

Two totals of 2021 are published (coal mined, electricity generated); outputs they fix are not touched. All
other outputs rest on capacities or on other years. One factor multiplies them, energy and value added alike;
the energy per product is never changed. This module recomputes the factor from the table of unscaled outputs
and sets it beside the factor found in the scenario's own tables:

    python -m dualcontrol.scenarios.dalad_scaling               # a table on the screen
    python -m dualcontrol.scenarios.dalad_scaling --markdown    # the table of the data page
"""

import sys
import tomllib
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
SCENARIO = HERE / "dalad-2022"
UNSCALED = HERE / "dalad-2022-notes" / "unscaled.csv"
BY_ENERGY = "用能"  # the item of an aggregate that has no product: its amount is tce
HEADINGS = {
    "name": "企业 / unit",
    "item": "产品 / product",
    "unit": "计量 / measure",
    "unscaled": "缩放前 / before",
    "factor": "系数 / factor",
    "output": "缩放后 / after",
    "tce": "能耗 tce / energy",
    "value_added_wan_yuan": "增加值 万元 / value added",
}


def read(path: Path) -> pd.DataFrame:
    """A CSV table, every cell as text. OSError if the file is missing."""
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def target_tce(scenario: Path = SCENARIO) -> float:
    """Energy that the modelled units must add up to, 当量 tce (`counted_base_tce`)."""
    settings = tomllib.loads((scenario / "scenario.toml").read_text(encoding="utf-8"))
    return float(settings["counted_base_tce"])


def factor(unscaled: pd.DataFrame, target: float) -> float:
    """(target - energy of the fixed outputs) / (energy of the others before scaling), dimensionless."""
    energy = unscaled["unscaled"].astype(float) * unscaled["tce_per_unit"].astype(float)
    is_scaled = unscaled["scaled"] == "1"
    return float((target - energy[~is_scaled].sum()) / energy[is_scaled].sum())


def gross_tce(scenario: Path = SCENARIO) -> "pd.Series[float]":
    """Gross energy of each unit from its energy rows, 当量 tce: inputs less conversion output, by unit_id."""
    carriers = read(scenario / "carriers.csv").set_index("carrier_id")["tce_per_unit"].astype(float)
    rows = read(scenario / "unit_energy.csv")
    sign = rows["use"].map(lambda use: -1.0 if use == "conversion_out" else 1.0)
    tce = rows["quantity"].astype(float) * rows["carrier_id"].map(carriers) * sign
    return tce.groupby(rows["unit_id"]).sum()


def per_product(scenario: Path = SCENARIO, notes: Path = UNSCALED) -> pd.DataFrame:
    """One row per product: amount before and after, the factor found in the tables, energy, value added.

    Columns: unit_id, scaled, and the keys of `HEADINGS`. `tce` is the output times the energy per product;
    `value_added_wan_yuan` is the unit's and stands on its first row only (else NaN).
    """
    units = read(scenario / "units.csv").set_index("unit_id")
    products = read(scenario / "products.csv").set_index(["unit_id", "product"])["output"]
    energy = gross_tce(scenario)
    rows: list[dict[str, object]] = []
    seen: set[str] = set()
    for note in read(notes).to_dict("records"):
        unit_id, item = note["unit_id"], note["item"]
        before = float(note["unscaled"])
        after = float(energy[unit_id]) if item == BY_ENERGY else float(products[unit_id, item])
        value = float("nan") if unit_id in seen else float(units.loc[unit_id, "value_added_wan_yuan"])
        seen.add(unit_id)
        rows.append(
            {
                "unit_id": unit_id,
                "scaled": note["scaled"] == "1",
                "name": units.loc[unit_id, "name"],
                "item": item,
                "unit": note["unit"],
                "unscaled": before,
                "factor": after / before,
                "output": after,
                "tce": after * float(note["tce_per_unit"]),
                "value_added_wan_yuan": value,
            }
        )
    return pd.DataFrame(rows)


def _amount(value: float) -> str:
    return "" if pd.isna(value) else f"{value:,.0f}"


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of `HEADINGS` under their headings, every cell as readable text."""
    shown = table[list(HEADINGS)].copy().astype(object)
    for column in ("unscaled", "output", "tce", "value_added_wan_yuan"):
        shown[column] = table[column].map(_amount)
    shown["factor"] = table["factor"].map("{:.4f}".format)
    return shown.rename(columns=HEADINGS)


def markdown(table: pd.DataFrame) -> str:
    """The table as markdown with a line of totals."""
    text = as_text(table)
    lines = ["| " + " | ".join(text.columns) + " |", "|---|---|---|---:|---:|---:|---:|---:|"]
    lines += ["| " + " | ".join(cells) + " |" for cells in text.to_numpy().tolist()]
    energy, value = _amount(table["tce"].sum()), _amount(table["value_added_wan_yuan"].sum())
    return "\n".join([*lines, f"| 合计 / total |  |  |  |  |  | {energy} | {value} |"])


def main(arguments: list[str]) -> None:
    """Print target, sum, factor and table; with --markdown only the table."""
    table = per_product()
    if "--markdown" in arguments:
        print(markdown(table))
        return
    target = target_tce()
    print(f"目标 / target            {target:,.0f} tce")
    print(f"各单位合计 / units' sum   {gross_tce().sum():,.1f} tce")
    print(f"缩放系数 / factor        {factor(read(UNSCALED), target):.8f}")
    print(as_text(table).to_string(index=False))


if __name__ == "__main__":
    main(sys.argv[1:])
