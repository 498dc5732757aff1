"""What looks wrong in the data is told wherever a plan is told, and nothing else is."""

import dualcontrol as dc
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import power_inputs
from dualcontrol.questions import open_questions, question_lines
from tests.model.power.small_grids import SUN, gridded
from tests.model.small_cases import unit

NETWORK = {
    "plants": [
        {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 4, "profile_id": "sun", "build_id": "roofs"},
    ],
    "builds": [
        {"build_id": "roofs", "name": "屋顶", "annual_cost_wan_yuan": 1, "status": "committed", "question": "150 kW?"},
        {"build_id": "later", "name": "以后", "annual_cost_wan_yuan": 1, "start_month": 13, "question": "多大"},
        {"build_id": "plain", "name": "变电站", "annual_cost_wan_yuan": 1, "status": "committed"},
    ],
    "exchange": [{"exchange_id": "X", "bus_id": "a", "import_mw": 50, "export_mw": 50, "import_yuan_per_mwh": 1}],
    "loads": [{"owner_id": "A", "bus_id": "a", "profile_id": "flat"}],
}  # fmt: skip


def county() -> dc.Scenario:
    settings = {"time": {"mode": "typical", "typical_days": 1}}
    return gridded([unit("A", 0, 500, mwh=87_600)], {"sun": SUN}, NETWORK, settings)


def test_questions_by_hand() -> None:
    """4 MW of sun for twelve hours of 365 days are 17,520 MWh; what is not asked about is not listed."""
    import numpy as np

    power = power_inputs(county())
    day = np.where(SUN > 0, 4000, 0).astype(np.int64)
    dispatch = Dispatch(power.year(), {"S": np.tile(day, 365)}, {}, np.zeros(8760, dtype=np.int64), {})
    asked = open_questions(power, dispatch, {"roofs": 1, "later": 0, "plain": 1})
    assert asked == [
        {"id": "roofs", "name": "屋顶", "question": "150 kW?", "built": True, "energy_mwh": 17520.0},
        {"id": "later", "name": "以后", "question": "多大", "built": False, "energy_mwh": 0.0},
    ]
    (line,) = question_lines({"questions": asked}, "zh")
    assert line == "待核：屋顶（本方案建设，全年 17,520 MWh）。150 kW?"
    assert question_lines({}, "zh") == []


def test_a_plan_tells_its_questions() -> None:
    plan = dc.optimise(dc.judge(dc.account(county())))
    assert [(q["id"], q["built"]) for q in plan.summary["questions"]] == [("roofs", True), ("later", False)]
    assert "150 kW?" in question_lines(plan.summary, "en")[0]
