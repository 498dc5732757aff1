"""PyPSA folders written for one trait each: what becomes of it, or the fault or remark that names it."""

from pathlib import Path

import numpy as np
import pytest

from dualcontrol.model.power.case import Case, CaseError
from dualcontrol.power_case import read_case, solve_case

BASE = {
    "network": "name\nsmall\n",
    "buses": "name,v_nom\na,110\nb,110\n",
    "lines": "name,bus0,bus1,x,s_nom\nl,a,b,12.1,50\n",
    "generators": "name,bus,p_nom,marginal_cost\ncheap,a,200,10\ndear,b,200,30\n",
    "loads": "name,bus,p_set\ntown,b,100\n",
}


def write(folder: Path, **tables: str) -> Path:
    for name, text in {**BASE, **tables}.items():
        if text:
            (folder / f"{name.replace('__', '-')}.csv").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, **tables: str) -> Case:
    return read_case(write(folder, **tables))


def told(case: Case) -> dict[str, str]:
    return {f"{note.rule} {note.place}": note.detail for note in case.notes}


def test_two_buses(tmp_path: Path) -> None:
    """12.1 ohm at 110 kV are 0.001 on 1 MVA and 0.1 on 100 MVA."""
    case = read(tmp_path)
    assert case.network.branches[0].reactance_pu == pytest.approx(0.1)
    assert case.notes == ()
    assert solve_case(case).objective == pytest.approx(2000)


def test_lines_of_different_voltage_and_a_transformer_share_by_per_unit(tmp_path: Path) -> None:
    """0.1 over the line against 0.15 over the transformer (0.06 on 50 MVA times a tap of 1.25): 60 and 40 MW."""
    case = read(
        tmp_path,
        lines="name,bus0,bus1,x,s_nom\nl,a,b,12.1,500\n",
        transformers="name,bus0,bus1,x,s_nom,tap_ratio,phase_shift\nl,a,b,0.06,50,1.25,30\n",
    )
    assert [branch.id for branch in case.network.branches] == ["l", "l (transformer)"]
    assert solve_case(case).flows["l"] == pytest.approx([60])
    assert told(case) == {"shifts_ignored transformers.csv": "l"}


def test_resistance_shares_on_dc_buses(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        buses="name,v_nom,carrier\na,110,DC\nb,110,DC\n",
        lines="name,bus0,bus1,x,r,s_nom\none,a,b,7,1,500\ntwo,a,b,1,3,500\n",
    )
    assert solve_case(case).flows["one"] == pytest.approx([75])


def test_what_stands_is_free_and_what_is_added_costs(tmp_path: Path) -> None:
    """The line has 50 MW for nothing; 50 MW more at 5 save 20 each: 1000 + 250. Only what is added is in it."""
    case = read(
        tmp_path,
        lines="name,bus0,bus1,x,s_nom,s_nom_extendable,s_nom_min,capital_cost\nl,a,b,12.1,50,True,50,5\n",
    )
    result = solve_case(case)
    assert result.builds == {"line:l": pytest.approx(100)}
    assert result.objective == pytest.approx(1000 + 250)


def test_an_efficiency_counts_fuel_for_the_cap(tmp_path: Path) -> None:
    """0.2 t per MWh of fuel at an efficiency of 0.5 are 0.4 t per MWh: a cap of 20 t lets 50 MWh of it."""
    result = solve_case(
        read(
            tmp_path,
            lines="name,bus0,bus1,x,s_nom\nl,a,b,12.1,500\n",
            carriers="name,co2_emissions\ncoal,0.2\n",
            generators="name,bus,p_nom,marginal_cost,carrier,efficiency\ncheap,a,200,10,coal,0.5\ndear,b,200,30,,1\n",
            global_constraints="name,sense,constant\nco2,<=,20\n",
        )
    )
    assert result.dispatch["cheap"] == pytest.approx([50])
    assert result.shadow_prices["co2"] == pytest.approx(20 / 0.4)


def test_inactive_elements_are_left_out_and_named(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        generators="name,bus,p_nom,marginal_cost,active\ncheap,a,200,10,True\ndear,b,200,30,\nold,b,9,1,False\n",
    )
    assert [g.id for g in case.network.generators] == ["cheap", "dear"]
    assert told(case) == {"out_of_service generators.csv": "old"}


def test_what_would_change_the_result_is_named(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        generators="name,bus,p_nom,marginal_cost,ramp_limit_up,committable,p_min_pu,stand_by_cost,mine\n"
        "cheap,a,200,10,0.1,True,0.9,0,x\ndear,b,200,30,,False,0,7,y\n",
        lines="name,bus0,bus1,x,s_nom,build_year\nl,a,b,12.1,50,2020\n",
        links="name,bus0,bus1,bus2,p_nom\nk,a,b,a,0\n",
        lines__s_max_pu="snapshot,l\nnow,0.5\n",
        generators__p="snapshot,cheap\nnow,1\n",
        notes="a\n1\n",
        global_constraints="name,type,sense,constant\nodd,some_new_type,<=,1\n",
    )
    assert told(case) == {
        "unit_commitment generators.csv": "cheap",
        "not_modelled generators.csv: ramp_limit_up": "cheap",
        "not_modelled generators.csv: stand_by_cost": "dear",
        "unknown_column generators.csv: mine": "",
        "not_modelled links.csv: bus2": "k",
        "not_modelled lines-s_max_pu.csv": "",
        "unknown_file notes.csv": "",
        "not_modelled global_constraints.csv: odd": "some_new_type",
    }


def test_costs_and_components_of_newer_versions_are_named(tmp_path: Path) -> None:
    """An upfront cost takes precedence over the yearly one, a flow may cost, a store's level may be set."""
    case = read(
        tmp_path,
        generators="name,bus,p_nom,marginal_cost,overnight_cost,fom_cost,discount_rate\n"
        "cheap,a,200,10,900,0,0.07\ndear,b,200,30,,3,0.07\n",
        lines="name,bus0,bus1,x,s_nom,marginal_cost\nl,a,b,12.1,50,2\n",
        stores="name,bus,e_nom,e_set\ns,a,5,1\n",
        processes="name,bus0\np,a\n",
    )
    assert told(case) == {
        "not_modelled generators.csv: overnight_cost": "cheap",
        "not_modelled generators.csv: fom_cost": "dear",
        "not_modelled lines.csv: marginal_cost": "l",
        "not_modelled stores.csv: e_set": "s",
        "not_modelled processes.csv": "",
    }


def test_a_committed_unit_is_relaxed_downwards(tmp_path: Path) -> None:
    """Its least output of 180 MW would not fit; relaxed it runs at 50 MW."""
    case = read(
        tmp_path,
        generators="name,bus,p_nom,marginal_cost,committable,p_min_pu\ncheap,a,200,10,1,0.9\ndear,b,200,30,0,0\n",
    )
    assert solve_case(case).objective == pytest.approx(2000)


def test_energy_over_all_hours_may_be_limited(tmp_path: Path) -> None:
    """30 MWh of the cheap plant in two hours of 50 MW over the line: 30 at 10, 170 at 30."""
    result = solve_case(
        read(
            tmp_path,
            generators="name,bus,p_nom,marginal_cost,e_sum_max\ncheap,a,200,10,30\ndear,b,200,30,\n",
            snapshots="snapshot,objective,stores,generators\n0,1,1,1\n1,1,1,1\n",
        )
    )
    assert result.objective == pytest.approx(300 + 5100)
    assert result.shadow_prices["e_sum of cheap"] == pytest.approx(20)


def test_old_names_of_weights(tmp_path: Path) -> None:
    assert solve_case(read(tmp_path, snapshots="name,weightings\nnow,4\n")).objective == pytest.approx(8000)


def test_a_quadratic_cost(tmp_path: Path) -> None:
    """10 p + 0.1 p² at a reaches 30 at 100 MW: all of the load from there, 2,000."""
    result = solve_case(
        read(
            tmp_path,
            lines="name,bus0,bus1,x,s_nom\nl,a,b,12.1,500\n",
            generators="name,bus,p_nom,marginal_cost,marginal_cost_quadratic\ncheap,a,200,10,0.1\ndear,b,200,40,0\n",
        )
    )
    assert result.objective == pytest.approx(2000, rel=1e-6)
    assert result.nodal_prices["b"] == pytest.approx([30], rel=1e-2)


def test_names_of_storage_may_be_those_of_generators(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        storage_units="name,bus,p_nom,state_of_charge_initial\ncheap,a,5,1\n",
        stores="name,bus,e_nom,e_initial\ncheap,a,5,1\n",
    )
    assert [store.id for store in case.network.storage] == ["cheap (storage)", "cheap (storage) (storage)"]
    # both give what they hold, 2 MWh, over a full line: they replace cheap output
    assert solve_case(case).objective == pytest.approx(2000 - 20)


FAULTS: dict[str, dict[str, str]] = {
    "not_a_number": {"generators": "name,bus,p_nom\ncheap,a,much\n"},
    "id_twice": {"buses": "name\na\nb\nb\n"},
    "series_length": {"loads__p_set": "snapshot,town\n0,1\n1,2\n"},
    "line_type": {"lines": "name,bus0,bus1,type,s_nom\nl,a,b,Al/St,50\n"},
    "no_rating": {"transformers": "name,bus0,bus1,x\nt,a,b,0.1\n"},
    "sense": {"global_constraints": "name,sense,constant\nco2,about,5\n"},
    "investment_periods": {"snapshots": "period,timestep\n2030,0\n"},
    "unknown_bus": {"loads": "name,bus,p_set\ntown,z,100\n"},
    "line_to_nowhere": {"links": "name,bus0,bus1,p_nom\nk,a,z,5\n"},
    "load_without_supply": {"lines": "", "generators": "name,bus,p_nom\ncheap,a,100\n"},
    "unreadable": {"generators": ""},
    "not_convex": {"generators": "name,bus,p_nom,marginal_cost_quadratic\ncheap,a,100,-1\n"},
    "limits_crossed": {"lines": "name,bus0,bus1,x,s_nom_extendable,s_nom_min,s_nom_max\nl,a,b,1,1,60,50\n"},
    "unlimited_curve": {
        "generators": "name,bus,p_nom,p_nom_extendable,marginal_cost_quadratic\ncheap,a,100,True,1\n"
    },
}


@pytest.mark.parametrize("rule", FAULTS)
def test_faults_are_named(tmp_path: Path, rule: str) -> None:
    folder = write(tmp_path, **FAULTS[rule])
    if rule == "unreadable":
        (folder / "generators.csv").write_bytes("name,bus\n电厂,a\n".encode("gbk"))
    if rule == "load_without_supply":
        (folder / "lines.csv").unlink(missing_ok=True)
    with pytest.raises(CaseError) as error:
        solve_case(read_case(folder))
    assert rule in {finding.rule for finding in error.value.findings}


def test_series_of_every_kind(tmp_path: Path) -> None:
    """Two hours: the cheap plant is half there and dearer in the second; it has to run at a tenth at least.

    Hour 1: 50 at 10, 50 at 30. Hour 2: a load of 60: 50 at 20, 10 at 30.
    """
    result = solve_case(
        read(
            tmp_path,
            snapshots="snapshot,objective,stores,generators\n0,1,1,1\n1,1,1,1\n",
            generators__p_max_pu="snapshot,cheap\n0,1\n1,0.5\n",
            generators__p_min_pu="snapshot,cheap\n0,0.1\n1,0.1\n",
            generators__marginal_cost="snapshot,cheap\n0,10\n1,20\n",
            loads__p_set="snapshot,town\n0,100\n1,60\n",
        )
    )
    assert result.dispatch["cheap"] == pytest.approx(np.array([50, 50]))
    assert result.objective == pytest.approx(500 + 1500 + 1000 + 300)


def test_a_least_output_above_what_is_there_is_a_fault_with_its_hour(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as error:
        solve_case(
            read(
                tmp_path,
                snapshots="snapshot,objective,stores,generators\n0,1,1,1\n1,1,1,1\n",
                generators__p_max_pu="snapshot,cheap\n0,1\n1,0.5\n",
                generators__p_min_pu="snapshot,cheap\n0,0.1\n1,0.6\n",
            )
        )
    (finding,) = error.value.findings
    assert (finding.rule, finding.place, finding.detail) == ("limits_crossed", "p cheap, 1", "120 > 100")
