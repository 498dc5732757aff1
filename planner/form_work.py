"""Statistical forms of one unit into the energy rows of a scenario: read, mapped, checked, written."""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.form_map import EnergyRow, Mapped, map_forms
from dualcontrol.form_read import Form, kind_of, plain_name, read_form
from dualcontrol.messages import say
from dualcontrol.model.problems import Findings
from dualcontrol.model.reading import DELETE, read_text
from dualcontrol.model.schema import TABLES
from dualcontrol.register_import import record, write_into
from dualcontrol.register_sheets import Spot
from dualcontrol.scenario_folder import put
from dualcontrol.tables import csv_line
from dualcontrol.work import BAD_INPUT, OK

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario
    from dualcontrol.register_book import Grid

_FILE = "unit_energy.csv"
_DECIMALS = 6


def import_forms(
    voice: Voice,
    sources: Sequence[tuple[Path, "list[Grid]"]],
    folder: Path,
    *,
    form: str | None,
    unit: str | None,
    carriers: Sequence[str],
    replace: bool,
) -> int:
    """Read the forms of one unit into `folder`, an existing scenario. OK or BAD_INPUT; ScenarioFolderError, OSError."""
    from dualcontrol.import_work import tell_kept, tell_problems
    from dualcontrol.model.scenario import load

    if not (folder / "scenario.toml").is_file():
        return _fail(voice, "form.no_scenario", folder=folder)
    scenario = load(folder)
    forms = _forms(sources, form)
    if not forms:
        return _fail(voice, "form.none", file=sources[0][0])
    kinds = [one.kind for one in forms]
    if len(set(kinds)) < len(kinds):
        return _fail(voice, "form.twice", forms=", ".join(kinds))
    named = _named(carriers)
    unknown = [
        carrier for carrier in named.values() if carrier not in set(scenario.tables["carriers"]["carrier_id"])
    ]
    if unknown:
        return _fail(voice, "form.no_carrier", carrier=", ".join(unknown))
    owner = _owner(voice, forms, scenario, unit)
    if owner is None:
        return BAD_INPUT
    mapped = map_forms(forms, scenario.rows("carriers"), named)
    problems = [*_wrong_year(forms, scenario), *mapped.problems]
    if problems:
        return tell_problems(voice, _source_of(problems[0], sources), problems)
    has_rows = bool((scenario.tables["unit_energy"]["unit_id"] == owner).any())
    if has_rows and not replace:
        return _fail(voice, "form.has_rows", unit=owner, folder=folder)
    files = _files(folder, owner, mapped.rows, _source(forms, sources))
    with tempfile.TemporaryDirectory(
        dir=folder.resolve().parent
    ) as place:  # beside its parents, if it inherits
        write_into(Path(place), files)
        digest = load(place).content_hash  # ScenarioError: what the rows break in the scenario
    written = put(folder, files, replace=True)
    _tell(voice, owner, mapped, folder)
    tell_kept(voice, written)
    voice.answer(
        ok=True, exit_code=OK, folder=str(folder), unit=owner, content_hash=digest, problems=[],
        rows=[{"carrier_id": r.carrier_id, "use": r.use, "quantity": r.quantity} for r in mapped.rows],
        notes=[record(note, voice.lang) for note in mapped.notes],
        kept=str(written.kept) if written.kept else None,
    )  # fmt: skip
    return OK


def _fail(voice: Voice, message: str, **params: object) -> int:
    voice.fail(BAD_INPUT, say(message, voice.lang, **params))
    return BAD_INPUT


def _named(texts: Sequence[str]) -> dict[str, str]:
    """`一般烟煤=raw_coal` as name -> carrier id."""
    parts = [text.partition("=") for text in texts]
    return {name.strip(): carrier.strip() for name, _, carrier in parts}


def _forms(sources: Sequence[tuple[Path, "list[Grid]"]], wanted: str | None) -> list[Form]:
    forms = []
    for place, (_, grids) in enumerate(sources):
        for grid in grids:
            # what was asked for counts for the first file: that of the others is their own
            is_asked = wanted is not None and place == 0 and len(grids) == 1
            kind = wanted if is_asked else kind_of(grid)
            found = read_form(grid, kind) if kind is not None else None
            if found is not None and found.lines:
                forms.append(found)
    return forms


def _owner(voice: Voice, forms: list[Form], scenario: "Scenario", unit: str | None) -> str | None:
    """The unit the forms belong to: as told, else by credit code, else by name. None after it has been told."""
    units = scenario.rows("units")
    if unit is not None:
        if unit not in {row.unit_id for row in units}:
            _fail(voice, "form.no_unit", unit=unit, units=_some([row.unit_id for row in units]))
            return None
        return unit
    codes = {form.credit_code for form in forms if form.credit_code}
    names = {form.unit_name for form in forms if form.unit_name}
    found = {row.unit_id for row in units if row.credit_code and row.credit_code in codes}
    found = found or {
        row.unit_id for row in units if plain_name(row.name) in {plain_name(name) for name in names}
    }
    if len(found) == 1 and len(codes) < 2:
        return str(found.pop())
    said = "、".join(sorted(codes | names)) or "–"
    _fail(voice, "form.which_unit", said=said, units=_some([row.unit_id for row in units]))
    return None


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:12]) + (" …" if len(ids) > 12 else "")


def _wrong_year(forms: list[Form], scenario: "Scenario") -> list[Spot]:
    """Forms of another year than the base year, or of a part of a year."""
    found = []
    for form in forms:
        base = scenario.settings.base_year
        if form.year is not None and form.year != base:
            params = {"base": str(base)}
            found.append(Spot(form.sheet, None, None, str(form.year), "form_year", params))
        if form.months is not None and form.months != 12:
            found.append(Spot(form.sheet, None, None, str(form.months), "form_months"))
    return found


def _source_of(spot: Spot, sources: Sequence[tuple[Path, "list[Grid]"]]) -> Path:
    """The file whose sheet a problem is in."""
    return next((path for path, grids in sources if spot.sheet in {g.name for g in grids}), sources[0][0])


def _source(forms: list[Form], sources: Sequence[tuple[Path, "list[Grid]"]]) -> str:
    kinds = "、".join(f"{form.kind}表" for form in sorted(forms, key=lambda form: form.kind))
    year = next((f"{form.year}年" for form in forms if form.year), "")
    names = "、".join(path.name for path, _ in sources)
    return f"能源统计报表{kinds}{year}（{names}）"


def _files(folder: Path, unit: str, rows: Sequence[EnergyRow], source: str) -> dict[str, bytes]:
    """The files of the scenario with the energy rows of the unit replaced; everything else byte for byte."""
    from dualcontrol.model.tables import PROFILES

    names = ["scenario.toml", *(f"{name}.csv" for name in TABLES), f"{PROFILES}.csv"]
    files = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    texts = [
        {
            "unit_id": unit, "carrier_id": row.carrier_id, "use": row.use,
            "quantity": f"{row.quantity:.{_DECIMALS}f}".rstrip("0").rstrip("."), "source": source,
            "basis": "measured", "derivation": row.derivation,
        }
        for row in rows
    ]  # fmt: skip
    kept = {(row.carrier_id, row.use) for row in rows}
    texts += [
        {"unit_id": unit, "carrier_id": carrier, "use": use, DELETE: "1"}
        for carrier, use in sorted(_inherited(folder, unit) - kept)
    ]
    files[_FILE] = _changed(folder, unit, texts)
    return files


def _inherited(folder: Path, unit: str) -> set[tuple[str, str]]:
    """Keys of the unit's rows that come from the scenarios this one inherits from."""
    from dualcontrol.model.scenario import read

    keys: set[tuple[Any, ...]] = set()
    for part in read(folder).parts["unit_energy"]:
        if part.file != _FILE:
            keys = (keys - set(part.removed)) | set(part.records)
    return {(str(key[1]), str(key[2])) for key in keys if key[0] == unit}


def _changed(folder: Path, unit: str, rows: Sequence[dict[str, str]]) -> bytes:
    """The text of unit_energy.csv with the rows of one unit in place of its old ones."""
    path = folder / _FILE
    text = read_text(path, _FILE, Findings()) if path.is_file() else None
    lines = list(csv.reader(io.StringIO(text, newline=""))) if text else []
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    headings = [name.strip() for name in lines[0]] if lines else []
    new = dict.fromkeys(name for row in rows for name in row)
    headings += [name for name in new if name not in headings]
    body = [line + [""] * (len(headings) - len(line)) for line in lines[1:]]
    place = headings.index("unit_id")
    at = next((k for k, line in enumerate(body) if line[place].strip() == unit), len(body))
    before = body[:at]
    after = [line for line in body[at:] if line[place].strip() != unit]
    own = [[row.get(name, "") for name in headings] for row in rows]
    return "".join(csv_line(line) for line in [headings, *before, *own, *after]).encode("utf-8-sig")


def _tell(voice: Voice, unit: str, mapped: Mapped, folder: Path) -> None:
    voice.say("form.written", unit=unit, folder=folder, rows=len(mapped.rows))
    for row in mapped.rows:
        voice.say("form.row", carrier=row.carrier_id, use=row.use, quantity=row.quantity, how=row.derivation)
    for note in mapped.notes:
        told = record(note, voice.lang)
        where = f"{told['sheet']} {told['cell']}".strip()
        voice.say("done.note", place=where, problem=told["message"], remedy=told["remedy"])
