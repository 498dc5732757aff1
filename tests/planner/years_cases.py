"""Small counties and horizons for plans of several years, solved by hand where they are used."""

from collections.abc import Mapping, Sequence
from pathlib import Path

HEADS = {
    "sectors": "sector_id,name,is_high_energy",
    "carriers": "carrier_id,name,unit,tce_per_unit,co2_t_per_unit,is_fossil",
    "units": "unit_id,name,sector_id,value_added_wan_yuan,activity_min,activity_max",
    "unit_energy": "unit_id,carrier_id,use,quantity",
    "projects": "project_id,name,sector_id,value_added_wan_yuan,start_month,load_min,is_divisible",
    "project_energy": "project_id,carrier_id,use,quantity",
    "measures": "measure_id,name,unit_id,carrier_id,saving_quantity,annual_cost_wan_yuan,start_month",
    "retirements": "retirement_id,name,unit_id,capacity_share,start_month,compensation_wan_yuan",
    "gdp": "item_id,name,base_wan_yuan,growth",
}
Project = tuple[str, float, float]  # id, tce at full load, value added in 万元


def county(
    folder: Path,
    projects: Sequence[Project] = (),
    *,
    increment: float = 100,
    load_min: float = 1.0,
    divisible: bool = False,
    measures: Sequence[str] = (),
    retirements: Sequence[str] = (),
    activity: tuple[float, float] = (1.0, 1.0),
    more: str = "",
) -> Path:
    """A county with one unit A (1,000 tce, 500 万元) that cannot change, and projects; no target but the total."""
    folder.mkdir(parents=True)
    tables: dict[str, Sequence[str]] = {
        "sectors": ["s,行业,0"],
        "carriers": ["coal,标准煤,t,1,2.6,1", "electricity,电力,MWh,0.1229,0,0"],
        "units": [f"A,甲企业,s,500,{activity[0]},{activity[1]}"],
        "unit_energy": ["A,coal,fuel,1000"],
        "projects": [
            f"{key},项目{key},s,{value},1,{load_min},{int(divisible)}" for key, _, value in projects
        ],
        "project_energy": [f"{key},coal,fuel,{tce}" for key, tce, _ in projects],
        "measures": measures,
        "retirements": retirements,
        "gdp": ["rest,其余,300,0"],
    }
    for name, rows in tables.items():
        if rows:
            lines = [f"{HEADS[name]},source,basis", *(f"{row},hand-solved,estimated" for row in rows)]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "scenario.toml").write_text(
        f"""title_zh = "手算例"
title_en = "Solved by hand"
nature = "fictional"
base_year = 2021
plan_year = 2022
as_of = 2022-02-11
[targets]
increment_tce_eq = {increment}
[policy]
benchmark_tce_per_wan_yuan = 9.0
{more}
""",
        encoding="utf-8",
    )
    return folder


def horizon(
    folder: Path, increments: Sequence[float], head: str = "", years: Mapping[int, str] | None = None
) -> Path:
    """A horizon file beside the county `c`; increments: of each year from 2022 on. years: more lines of a year."""
    lines = ['scenario = "c"', head]
    for year, tce in enumerate(increments, start=2022):
        lines += ["[[years]]", f"year = {year}", f"increment_tce_eq = {tce}", (years or {}).get(year, "")]
    path = folder / "years.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
