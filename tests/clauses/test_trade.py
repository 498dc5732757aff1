"""A2: the market in use rights through the command line, and the same county with the market closed."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dualcontrol.cli import main
from tests.clauses.conftest import Plan
from tests.model.small_cases import unit, write_county

SETTINGS = {
    "targets": {"manage_total": True, "increment_tce_eq": 0},
    "policy": {"release_phase_share": 0, "max_cut_share": 0, "allowance_share": 0.01},
    "trade": {
        "open": True, "reserve_price_wan_yuan_per_tce_eq": 0.1, "price_cap_wan_yuan_per_tce_eq": 1, "cap_share": 0.2,
    },
}  # fmt: skip


def held(plan: Path, out: Path) -> pd.DataFrame:
    """`dualcontrol trade PLAN --out OUT`: what was traded, by order."""
    code: Any = 0
    try:
        main(["trade", str(plan), "--out", str(out), "--lang", "en"])
    except SystemExit as end:
        code = end.code
    if code:
        raise RuntimeError(f"exit code {code}")
    return pd.read_csv(out / "trades.csv", encoding="utf-8-sig").set_index("order_id")


@pytest.mark.clause("A2")
def test_rights_that_rules_hold_back_go_to_who_pays_for_the_saving(plan: Plan, tmp_path: Path) -> None:
    # B's grant ends at 10 t (3.3.2b), worth 9 万元, so the plan leaves A's measure (20 万元 for 100 t) alone. B pays
    # for it on the market: 100 t of the 200 it may buy, at what a tonne is worth to B, 0.9.
    folder = write_county(
        tmp_path / "county",
        [unit("A", 1000, 100, sector="heavy"), unit("B", 1000, 900, sector="heavy", activity_max=1.3)],
        SETTINGS,
        measures=[{"measure_id": "m", "kind": "retrofit", "clause": "3.5.1", "unit_id": "A", "carrier_id": "coal",
                   "saving_quantity": 100, "annual_cost_wan_yuan": 20}],
    )  # fmt: skip
    told = plan(scenario=folder)
    assert told.unit("B")["quota_tce"] == 1000
    trades = held(told.folder, tmp_path / "market")
    assert len(trades) > 0, "the market is closed"
    assert trades.loc["sell:A:m", ["filled_tce_eq", "paid_wan_yuan", "net_wan_yuan"]].tolist() == [
        100,
        90,
        70,
    ]
    assert trades.loc["buy:B", ["filled_tce_eq", "paid_wan_yuan", "net_wan_yuan"]].tolist() == [100, -90, 0]
    closed = plan(scenario=folder, off=("A2",))
    assert held(closed.folder, tmp_path / "closed").empty
    for name in ("quotas", "projects", "measures", "ledger", "constraints", "account"):
        file = f"{name}.csv"
        assert (told.folder / file).read_bytes() == (closed.folder / file).read_bytes()
