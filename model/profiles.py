"""The hourly series of the network, `power/profiles.csv`: 8,760 rows, a column per profile, one array.

Column `hour` counts 0 to 8759; the other columns are the ids of power/profile_names.csv. Outputs are per MW,
loads are over their yearly mean (3.4.2, 3.4.3, 3.4.5).
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.cells import Fault, number, spoiled, written
from dualcontrol.model.problems import Findings, nearest, plain
from dualcontrol.model.reading import foreign_delimiter, read_text
from dualcontrol.model.tables import PROFILES, Record

Floats = npt.NDArray[np.float64]

NAMES = "power/profile_names"
HOUR = "hour"
HOURS = 8760
LEAP_DAY = range(1416, 1440)  # the hours of 29 February in a year that has one
HIGHEST_OUTPUT = 1.05  # cold clear days lift a module above its rating
MEAN_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Series:
    """The columns of one file: profile id -> (8760,), NaN for faulty cells. `lines`: line of each hour."""

    file: str
    columns: Mapping[str, Floats]
    lines: Sequence[int]


def read_series(path: Path, file: str, findings: Findings) -> Series | None:
    """Read profiles.csv. None if the file, its headings or the number of its rows cannot be used."""
    text = read_text(path, file, findings)
    if text is None:
        return None
    lines = [(count, line) for count, line in enumerate(text.splitlines(), start=1) if line.strip(", \t")]
    if not lines:
        findings.add("empty_file", file)
        return None
    names = _headings(*lines[0], file, findings)
    if names is None:
        return None
    body = _without_leap_day(lines[1:], names, file, findings)
    if len(body) != HOURS:
        findings.add("profile_rows", file, None, None, len(body), expected=HOURS, found=len(body))
        return None
    values = _at_once(body, len(names)) if all(names) else None
    if values is None:
        values = _cell_by_cell(body, names, file, findings)
    numbers = [line for line, _ in body]
    columns = {name: values[:, place] for place, name in enumerate(names) if name}
    hours = columns.pop(HOUR)
    wrong = np.flatnonzero(~np.isnan(hours) & (hours != np.arange(HOURS)))
    if len(wrong):
        first = int(wrong[0])
        findings.add("profile_hour", file, numbers[first], HOUR, plain(hours[first]), expected=first)
    return Series(file, columns, numbers)


def _without_leap_day(
    body: list[tuple[int, str]], names: Sequence[str], file: str, findings: Findings
) -> list[tuple[int, str]]:
    """The hours of a leap year without 29 February, numbered on, where they run from 0 to 8783; else as they are."""
    place = names.index(HOUR)
    if len(body) != HOURS + len(LEAP_DAY):
        return body
    cells = [text.split(",") for _, text in body]
    if any(len(row) != len(names) or row[place].strip() != str(k) for k, row in enumerate(cells)):
        return body
    findings.add("note_leap_day", file, body[LEAP_DAY.start][0], HOUR)
    kept = [k for k in range(len(body)) if k not in LEAP_DAY]
    for hour, k in enumerate(kept):
        cells[k][place] = str(hour)
    return [(body[k][0], ",".join(cells[k])) for k in kept]


def _headings(line: int, text: str, file: str, findings: Findings) -> list[str] | None:
    """The names of the columns, "" for an empty one. None if they cannot be used."""
    try:
        names = [name.strip() for name in next(csv.reader([text], strict=True))]
    except csv.Error as error:
        findings.add("csv_syntax", file, line, detail=error)
        return None
    mark = foreign_delimiter(names)
    if mark is not None:
        findings.add("wrong_delimiter", file, line, None, names[0], delimiter=mark)
        return None
    if HOUR not in names:
        findings.add("missing_column", file, line, HOUR)
        return None
    twice = sorted({name for name in names if name and names.count(name) > 1})
    for name in twice:
        findings.add("duplicate_heading", file, line, name, name)
    return None if twice else names


def _at_once(body: Sequence[tuple[int, str]], width: int) -> Floats | None:
    """All cells as one array (8760, width), None if any is not a plain finite number."""
    try:
        values = np.loadtxt(
            [line for _, line in body], delimiter=",", dtype=np.float64, comments=None, ndmin=2
        )
    except ValueError:
        return None
    is_sound = values.shape == (len(body), width) and bool(np.isfinite(values).all())
    return values + 0.0 if is_sound else None  # -0 is 0


def _cell_by_cell(
    body: Sequence[tuple[int, str]], names: Sequence[str], file: str, findings: Findings
) -> Floats:
    """The same, slowly: faulty cells become NaN; of each fault in a column the first and the count told."""
    values = np.full((len(body), len(names)), np.nan)
    first: dict[tuple[str, str], tuple[int, str, Fault]] = {}
    count: Counter[tuple[str, str]] = Counter()
    unnamed: set[int] = set()
    for k, (line, text) in enumerate(body):
        try:
            cells = next(csv.reader([text], strict=True))
        except csv.Error as error:
            findings.add("csv_syntax", file, line, detail=error)
            break
        if len(cells) != len(names):
            findings.add("row_length", file, line, None, text, expected=len(names), found=len(cells))
            break
        for place, name in enumerate(names):
            cell = cells[place].strip()
            if not name:
                unnamed |= {place} if cell else set()
                continue
            found = spoiled(cell) or number(cell) if cell else Fault("missing_value")
            if isinstance(found, float):
                values[k, place] = found
            else:
                first.setdefault((name, found.rule), (line, cell, found))
                count[name, found.rule] += 1
    for place in sorted(unnamed):
        findings.add("empty_heading", file, 1, None, position=place + 1)
    for (name, rule), (line, cell, fault) in first.items():
        findings.add(rule, file, line, name, cell, **fault.params)
        if count[name, rule] > 1:
            findings.add("profile_more_cells", file, None, name, count=count[name, rule])
    return values


def settle_series(
    parts: Sequence[Series],
    names: pd.DataFrame,
    records: Sequence[Record],
    ever_named: set[str],
    findings: Findings,
    *,
    is_whole: bool,
) -> pd.DataFrame:
    """The profiles of a chain of scenarios, root first: a child's columns replace its parent's.

    names, records: the table of profile names and where its rows are. ever_named: ids that any scenario of
    the chain names (a profile that a child removes leaves its parent's column behind). Result: 8,760 rows,
    float64, columns by sorted id; empty without profiles. Problems: unknown and missing columns, figures out
    of range.
    """  # fmt: skip
    if is_whole and not parts and len(names):
        findings.add("missing_profiles", f"{PROFILES}.csv")
        return pd.DataFrame()
    owner: dict[str, Series] = {}
    for part in parts:
        for name in part.columns:
            if name not in ever_named and is_whole:
                hint = nearest(name, ever_named)
                findings.add("unknown_column", part.file, 1, name, name, suggestion=hint)
            owner[name] = part
    columns: dict[str, Floats] = {}
    kinds = dict(zip(names["profile_id"], names["kind"], strict=True))
    for name, record in zip(names["profile_id"], records, strict=True):
        if not name:
            continue
        if name in owner:
            columns[name] = owner[name].columns[name]
            _judge(name, kinds[name], owner[name], findings)
        elif is_whole:
            place = record.at("profile_id")
            findings.add("profile_without_series", place.file, place.row, "profile_id", place.text)
    if not columns:
        return pd.DataFrame()
    return pd.DataFrame(
        {name: columns[name] for name in sorted(columns)}, index=pd.RangeIndex(HOURS, name=HOUR)
    )


def _judge(name: str, kind: str, series: Series, findings: Findings) -> None:
    """Range of a profile: nothing negative, outputs at most a little above 1, loads with mean 1."""
    values = series.columns[name]

    def tell(rule: str, wrong: npt.NDArray[np.bool_], **params: object) -> None:
        where = np.flatnonzero(wrong)
        if len(where):
            first = int(where[0])
            findings.add(rule, series.file, series.lines[first], name, plain(values[first]), **params)
            if len(where) > 1:
                findings.add("profile_more_cells", series.file, None, name, count=len(where))

    tell("below_minimum", values < 0, minimum="0")
    if kind == "output":
        tell("above_maximum", values > HIGHEST_OUTPUT, maximum=plain(HIGHEST_OUTPUT))
    mean = float(np.mean(values))  # NaN if a cell is faulty, which has been told
    if kind == "load" and abs(mean - 1.0) > MEAN_TOLERANCE:
        findings.add("profile_mean", series.file, None, name, plain(mean), mean=plain(mean))


def digests(profiles: pd.DataFrame) -> dict[str, str]:
    """What names the content of each profile: sha256 of its figures, each in its shortest exact form."""
    return {
        str(name): hashlib.sha256("\n".join(map(repr, profiles[name].tolist())).encode()).hexdigest()
        for name in profiles.columns
    }


def text_of(profiles: pd.DataFrame) -> str:
    """The text of profiles.csv; reading it back gives the same figures."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([HOUR, *profiles.columns])
    cells = [[written(value) for value in profiles[name].tolist()] for name in profiles.columns]
    writer.writerows(zip(map(str, range(len(profiles))), *cells, strict=True))
    return buffer.getvalue()
