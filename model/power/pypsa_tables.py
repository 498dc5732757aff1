"""The tables of a PyPSA CSV folder as text and numbers, and what each attribute is to us.

An attribute is used, has no say in PyPSA's linear optimisation (`IDLE`), or would change the result and is
not modelled (`UNMODELLED`, with the value that means nothing is asked). Whatever else a table holds is named
too.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from dualcontrol.model.power.case import CaseError, Finding, names
from dualcontrol.model.power.network import Floats

SIZED = ("p_nom", "p_nom_extendable", "p_nom_min", "p_nom_max", "capital_cost", "active")
USED: dict[str, tuple[str, ...]] = {
    "buses": ("v_nom", "carrier"),
    "lines": ("bus0", "bus1", "type", "x", "r", "s_nom", "s_nom_extendable", "s_nom_min", "s_nom_max", "s_max_pu",
              "capital_cost", "active", "carrier", "length"),
    "transformers": ("bus0", "bus1", "type", "x", "r", "s_nom", "s_nom_extendable", "s_nom_min", "s_nom_max",
                     "s_max_pu", "capital_cost", "active", "tap_ratio"),
    "links": ("bus0", "bus1", "efficiency", "p_min_pu", "p_max_pu", "marginal_cost", "carrier", "length", *SIZED),
    "generators": ("bus", "carrier", "efficiency", "p_min_pu", "p_max_pu", "marginal_cost",
                   "marginal_cost_quadratic", "sign", "e_sum_min", "e_sum_max", "committable", *SIZED),
    "storage_units": ("bus", "carrier", "p_min_pu", "p_max_pu", "marginal_cost", "max_hours", "efficiency_store",
                      "efficiency_dispatch", "standing_loss", "inflow", "state_of_charge_initial",
                      "cyclic_state_of_charge", *SIZED),
    "stores": ("bus", "carrier", "e_nom", "e_nom_extendable", "e_nom_min", "e_nom_max", "e_min_pu", "e_max_pu",
               "e_initial", "e_cyclic", "marginal_cost", "capital_cost", "standing_loss", "active"),
    "loads": ("bus", "p_set", "sign", "active"),
    "carriers": ("co2_emissions",),
    "global_constraints": ("type", "carrier_attribute", "sense", "constant", "bus"),
}  # fmt: skip
# used with a value for every snapshot
SERIES: dict[str, tuple[str, ...]] = {
    "generators": ("p_max_pu", "p_min_pu", "marginal_cost", "efficiency"),
    "storage_units": ("inflow",),
    "loads": ("p_set",),
}
IDLE = re.compile(
    r"(x|y|unit|location|country|control|weight|geometry|color|nice_name|q_set|p_q|v_mag_pu_\w+|v_ang\w*|generator|"
    r"sub_network|g|b|num_parallel|terrain_factor|length|build_year|lifetime|discount_rate|"
    r"type|model|tap_position|tap_side|phase_shift|carrier|mu\w*|\w+_opt|[xrgbz]_pu\w*|p\d?|q\d?|marginal_price|"
    r"state_of_charge|spill|e|p_dispatch|p_store|status|start_up|shut_down|efficiency|marginal_cost|capital_cost|"
    r"cyclic_state_of_charge_per_period|state_of_charge_initial_per_period|e_cyclic_per_period|e_initial_per_period|"
    r"up_time_before|down_time_before|min_up_time|min_down_time|start_up_cost|shut_down_cost|stand_by_cost)"
)
UPFRONT = {"overnight_cost": "", "fom_cost": "0"}  # instead of, and on top of, the yearly `capital_cost`
UNMODELLED: dict[str, dict[str, str]] = {
    "buses": {"v_mag_pu_min": "0", "v_mag_pu_max": "inf"},
    "lines": {"s_nom_mod": "0", "s_nom_set": "", "marginal_cost": "0", "marginal_cost_quadratic": "0",
              **UPFRONT},
    "transformers": {"s_nom_mod": "0", "s_nom_set": "", "marginal_cost": "0", "marginal_cost_quadratic": "0",
                     **UPFRONT},
    "links": {**UPFRONT, "p_nom_mod": "0", "p_set": "", "marginal_cost_quadratic": "0", "committable": "False",
              "ramp_limit_up": "", "ramp_limit_down": "", "p_nom_set": "", "delay": "0",
              "stand_by_cost": "0", "start_up_cost": "0", "shut_down_cost": "0"},
    "generators": {**UPFRONT, "p_nom_mod": "0", "p_set": "", "ramp_limit_up": "", "ramp_limit_down": "",
                   "ramp_limit_start_up": "1", "ramp_limit_shut_down": "1", "p_nom_set": "", "stand_by_cost": "0"},
    "storage_units": {**UPFRONT, "p_nom_mod": "0", "p_set": "", "sign": "1", "marginal_cost_storage": "0",
                      "marginal_cost_quadratic": "0", "spill_cost": "0", "state_of_charge_set": "", "p_nom_set": ""},
    "stores": {**UPFRONT, "e_nom_mod": "0", "e_set": "", "p_set": "", "sign": "1", "marginal_cost_storage": "0",
               "marginal_cost_quadratic": "0", "e_nom_set": ""},
    "loads": {},
    "carriers": {"max_growth": "inf", "max_relative_growth": "0"},
    "global_constraints": {"investment_period": ""},
}  # fmt: skip
OTHER_FILES = ("network.csv", "snapshots.csv", "crs.json", "meta.json", "sub_networks.csv", "line_types.csv",
               "transformer_types.csv", "shunt_impedances.csv", "shapes.csv")  # fmt: skip
OTHER_COMPONENTS = ("processes", "flow_based_constraints", "flow_based_domains", "scenarios")
PORT = re.compile(r"(bus|efficiency|delay)[2-9]\d*")  # further ends of links, named where they are used
TRUE, FALSE = ("true", "1", "1.0"), ("false", "0", "0.0")
IDLE_SERIES = re.compile(
    r"[pqe]\d?|mu_\w+|marginal_price|state_of_charge|spill|p_dispatch|p_store|v_ang|v_mag_pu|status|start_up|shut_down|"
    r"q_set|v_mag_pu_set|p_q"
)  # results, and what power flow with voltages needs


@dataclass
class Tables:
    """The folder's tables as text by component, its series as numbers, and what was found on the way.

    static: component -> frame of text indexed by name. series: component -> attribute -> frame of numbers, a
    row per snapshot. weights: columns objective, stores, generators, one row per snapshot.
    """

    folder: Path
    static: dict[str, pd.DataFrame] = field(default_factory=dict)
    series: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def names(self, component: str) -> list[str]:
        """Names of a component's active elements, in the order of the file."""
        if component not in self.static:
            return []
        active = self.flags(component, "active", default=True)
        return [name for name in self.static[component].index if active[name]]

    def texts(self, component: str, attribute: str, default: str = "") -> dict[str, str]:
        """An attribute by name."""
        frame = self.static[component]
        if attribute not in frame:
            return dict.fromkeys(frame.index, default)
        return {name: value or default for name, value in frame[attribute].items()}

    def numbers(self, component: str, attribute: str, default: float) -> dict[str, float]:
        """A number by name; faults for what is none."""
        found = {}
        for name, text in self.texts(component, attribute).items():
            try:
                found[name] = float(text) if text.strip() else default
            except ValueError:
                self._fault(component, name, attribute, text)
                found[name] = default
            if np.isnan(found[name]):
                found[name] = default
        return found

    def flags(self, component: str, attribute: str, *, default: bool) -> dict[str, bool]:
        """A yes or no by name; faults for what is neither."""
        found = {}
        for name, text in self.texts(component, attribute).items():
            word = text.strip().lower()
            if word and word not in (*TRUE, *FALSE):
                self._fault(component, name, attribute, text)
            found[name] = word in TRUE if word else default
        return found

    def hourly(self, component: str, attribute: str, name: str) -> Floats | None:
        """The series of one element, shape (snapshots,), or None if the folder has none for it."""
        frame = self.series.get(component, {}).get(attribute)
        return None if frame is None or name not in frame else frame[name].to_numpy(dtype=np.float64)

    def _fault(self, component: str, name: str, attribute: str, text: str) -> None:
        finding = Finding("not_a_number", f"{component}.csv: {name}, {attribute}", text)
        if finding not in self.faults:
            self.faults.append(finding)


def read_folder(folder: Path) -> Tables:
    """All tables of a folder. Errors: CaseError when files cannot be read at all."""
    tables = Tables(folder)
    for path in sorted(folder.glob("*.csv")):
        component, _, attribute = path.stem.partition("-")
        if component in USED and not attribute:
            tables.static[component] = _static(tables, path)
    if tables.faults:
        raise CaseError(tables.faults)
    _snapshots(tables)
    for path in sorted(folder.glob("*.csv")):
        component, _, attribute = path.stem.partition("-")
        if attribute:
            _series(tables, path, component, attribute)
        elif component in OTHER_COMPONENTS:
            tables.notes.append(Finding("not_modelled", path.name))
        elif component not in USED and path.name not in OTHER_FILES:
            tables.notes.append(Finding("unknown_file", path.name))
    if tables.faults:
        raise CaseError(tables.faults)
    _remark(tables)
    return tables


def _frame(path: Path) -> pd.DataFrame:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError([Finding("unreadable", path.name, str(error))]) from error
    try:
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CaseError([Finding("unreadable", path.name, " ".join(str(error).split()))]) from error


def _static(tables: Tables, path: Path) -> pd.DataFrame:
    frame = _frame(path)
    frame = frame.set_index(frame.columns[0])
    twice = frame.index[frame.index.duplicated()]
    tables.faults += [Finding("id_twice", f"{path.name}: {name}") for name in dict.fromkeys(twice)]
    return frame


def _snapshots(tables: Tables) -> None:
    """Weights of the snapshots; without a file there is one snapshot of weight 1."""
    kinds, path = ("objective", "stores", "generators"), tables.folder / "snapshots.csv"
    if not path.is_file():
        tables.weights = pd.DataFrame(1.0, index=[0], columns=list(kinds))
        return
    frame = _frame(path)
    if {"period", "investment_period"} & set(frame.columns):
        raise CaseError([Finding("investment_periods", path.name)])
    old = {"stores": "store_weightings", "generators": "generator_weightings"}
    columns = {}
    for kind in kinds:
        source = next((c for c in (kind, old.get(kind, ""), "weightings") if c in frame), None)
        columns[kind] = (
            pd.Series(1.0, frame.index) if source is None else _to_numbers(tables, path, frame[source])
        )
    tables.weights = pd.DataFrame(columns)


def _to_numbers(tables: Tables, path: Path, column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    for row in np.flatnonzero(~np.isfinite(numbers.to_numpy(dtype=np.float64))):
        place = f"{path.name}, {int(row) + 2}: {column.name}"
        tables.faults.append(Finding("not_a_number", place, str(column.iloc[int(row)])))
    return numbers


def _series(tables: Tables, path: Path, component: str, attribute: str) -> None:
    if attribute not in SERIES.get(component, ()):
        if component not in USED:
            tables.notes.append(Finding("unknown_file", path.name))
        elif not IDLE_SERIES.fullmatch(attribute):
            tables.notes.append(Finding("not_modelled", path.name))
        return
    frame = _frame(path)
    frame = frame[frame.columns[1:]]
    if len(frame) != len(tables.weights):
        tables.faults.append(Finding("series_length", path.name, f"{len(frame)}, {len(tables.weights)}"))
        return
    known = tables.static.get(component, pd.DataFrame()).index
    strangers = [name for name in frame.columns if name not in known]
    if strangers:
        tables.notes.append(Finding("series_of_nobody", path.name, names(strangers)))
    own = [name for name in frame.columns if name in known]
    numbers = {name: _to_numbers(tables, path, frame[name]) for name in own}
    tables.series.setdefault(component, {})[attribute] = pd.DataFrame(numbers)


def _remark(tables: Tables) -> None:
    """Name what would change the result and is not modelled, what is inactive, and what nobody knows."""
    for component, frame in tables.static.items():
        for column in frame.columns:
            idle = UNMODELLED[component].get(column)
            place = f"{component}.csv: {column}"
            if idle is not None:
                asked = [name for name, text in frame[column].items() if not _means(text, idle)]
                if asked:
                    tables.notes.append(Finding("not_modelled", place, names(asked)))
            elif column not in USED[component] and not IDLE.fullmatch(column) and not PORT.fullmatch(column):
                tables.notes.append(Finding("unknown_column", place))
        left_out = sorted(set(frame.index) - set(tables.names(component)))
        if left_out:
            tables.notes.append(Finding("out_of_service", f"{component}.csv", names(left_out)))
    if (tables.folder / "shunt_impedances.csv").is_file():
        tables.notes.append(Finding("dc_power_flow", "shunt_impedances.csv", "g, b"))


def _means(text: str, idle: str) -> bool:
    """Whether a cell is empty or says what means nothing is asked."""
    word = text.strip().lower()
    if word in ("", "nan", idle.lower()):
        return True
    if idle == "False":
        return word in FALSE
    try:
        return idle != "" and float(word) == float(idle)
    except ValueError:
        return False
