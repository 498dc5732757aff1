"""`quarterly.html`: the quarter's report as one page: no network, no script, all text escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from dualcontrol.messages import Language, say
from dualcontrol.model.tracking import Status, Tracking
from dualcontrol.model.tracking_rules import Course
from dualcontrol.tables import shown_text
from dualcontrol.track_tables import department_lines, indicator_text, problem_lines, rule_text

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

_UNIT_HEADS = ("name", "colour", "rules", "quota", "path", "used", "ratio", "forecast", "range")
MOST_PROBLEMS = 200  # rows on the page; all are in readings_problems.csv
_STYLE = """
body{font:15px/1.55 "Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1a1a1a;background:#fff;max-width:72rem;
margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;color:#1F3864;margin:0 0 .3rem}h2{font-size:1.15rem;color:#1F3864;margin:2rem 0 .5rem}
.mark{color:#C00000;font-weight:700}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border:1px solid #c8c8c8;padding:.35rem .5rem;
text-align:left;vertical-align:top}th{background:#DCE6F1}td.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}.c{font-weight:700;white-space:nowrap;text-align:center}.red{background:#FF9C9E}.orange{background:#F8C9A4}
.yellow{background:#FFE9A8}.green{background:#CDE7BD}svg{max-width:100%;height:auto}figcaption{font-size:.85rem;color:#444}
@media print{body{max-width:none;padding:0}}
"""


def page(tracking: Tracking, scenario: "Scenario", sign: str | None, lang: Language) -> str:
    """The page as text (utf-8)."""
    settings, when = scenario.settings, tracking.metered.calendar
    title = settings.title_zh if lang == "zh" else settings.title_en

    def word(message: str, **params: object) -> str:
        return escape(say(f"track_page.{message}", lang, **params))

    county = tracking.county
    found = county.forecast
    first = word(
        "county", day=when.last_day, used=float(county.course.used_tce), path=float(county.course.path_tce),
        quota=county.holder.quota_tce,
    )  # fmt: skip
    more = "" if found is None else word("forecast", middle=found.middle, low=found.low, high=found.high)
    judged = tracking.metered
    parts = [
        f"<h1>{word('title', title=title)}</h1>",
        f'<p class="mark">{escape(sign)}</p>' if sign else "",
        f"<p>{first} {more}</p>",
        f"<figure>{curve(county.course, lang)}<figcaption>{word('curve')}</figcaption></figure>",
        f"<h2>{word('units')}</h2>",
        _table([word(f"head_{h}") for h in _UNIT_HEADS],
               [_unit(s, lang) for s in _by_colour(tracking.statuses)]),
        f"<h2>{word('departments')}</h2>",
        _departments(tracking, lang),
        f"<h2>{word('problems')}</h2>",
        f"<p>{word('rows', rows=judged.rows, counted=judged.counted, taken=judged.taken, later=judged.later)}</p>",
        _problems(tracking, lang),
        f"<h2>{word('method')}</h2>",
        *(f"<p>{escape(say(f'track_sheet.{m}', lang, **tracking.rules.model_dump()))}</p>" for m in
          ("path_last_year" if tracking.has_last_year else "path_days", "forecast", "colours", "gaps", "carbon")),
    ]  # fmt: skip
    language = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{word('title', title=title)}</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def _by_colour(statuses: Iterable[Status]) -> list[Status]:
    order = {"red": 0, "orange": 1, "yellow": 2, "green": 3}
    return sorted(statuses, key=lambda s: (order[s.colour], s.holder.account))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are ready HTML (`<td>…</td>`) under headings that are escaped."""
    head = "".join(f'<th scope="col">{h}</th>' for h in headings)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'


def _text(value: str) -> str:
    return f"<td>{escape(value)}</td>"


def _number(value: float | None, form: str = ",.0f") -> str:
    return f'<td class="n">{"" if value is None else format(value, form)}</td>'


def _unit(status: Status, lang: Language) -> list[str]:
    found, course = status.forecast, status.course
    separator = "；" if lang == "zh" else "; "
    rules = separator.join(rule_text("track_rule", rule, lang) for _, rule in status.warnings)
    return [
        _text(f"{status.holder.name} ({status.holder.account})"),
        f'<td class="c {status.colour}">{escape(say(f"track_colour.{status.colour}", lang))}</td>', _text(rules),
        _number(status.holder.quota_tce), _number(float(course.path_tce)), _number(float(course.used_tce)),
        _number(found.ratio if found else None, ".1%"), _number(found.middle if found else None),
        f'<td class="n">{format(found.low, ",.0f")} – {format(found.high, ",.0f")}</td>' if found else _text(""),
    ]  # fmt: skip


def _departments(tracking: Tracking, lang: Language) -> str:
    _, *rows = department_lines(tracking)
    heads = [escape(say(f"track_page.head_{h}", lang)) for h in
             ("department", "indicator", "unit", "year", "path", "used", "forecast", "low", "high", "red", "orange",
              "yellow", "green")]  # fmt: skip
    cells = [
        [
            _text(row[0]),
            _text(indicator_text(row[1], lang)),
            _text(row[2]),
            *(_number(float(cell) if cell else None) for cell in row[3:]),
        ]
        for row in rows
    ]
    return _table(heads, cells)


def _problems(tracking: Tracking, lang: Language) -> str:
    head, *rows = problem_lines(tracking.metered.problems[:MOST_PROBLEMS])
    if not rows:
        return ""
    shown = (
        "place",
        "unit_id",
        "carrier",
        "time",
        "value",
        f"problem_{lang}",
        f"done_{lang}",
        "rows",
        "quantity",
    )
    heads = [escape(say(f"track_page.head_{h.removesuffix('_zh').removesuffix('_en')}", lang)) for h in shown]
    return _table(heads, [[_text(shown_text(row[head.index(name)])) for name in shown] for row in rows])


def curve(course: Course, lang: Language) -> str:
    """Cumulative path (12 months) and use to date as a small drawing."""
    wide, high, left, bottom = 720.0, 260.0, 60.0, 30.0
    path, used, sums = [0.0], [0.0], [0.0]
    for month in range(12):
        path.append(path[-1] + float(course.path[month]))
        if course.known[month] > 0:
            used.append(used[-1] + float(course.used[month]))
            sums.append(sums[-1] + float(course.known[month]))
    top = max(path[-1], used[-1], 1.0) * 1.05

    def point(x: float, y: float) -> str:
        return (
            f"{left + (wide - left - 10) * x / 12:.1f},{high - bottom - (high - bottom - 10) * y / top:.1f}"
        )

    planned = " ".join(point(m, y) for m, y in enumerate(path))
    real = " ".join(point(x, y) for x, y in zip(sums, used, strict=True))
    labels = "".join(
        f'<text x="{left + (wide - left - 10) * (m + 0.5) / 12:.1f}" y="{high - 10:.0f}" font-size="12" '
        f'text-anchor="middle">{m + 1}</text>'
        for m in range(12)
    )
    grid = "".join(
        f'<line x1="{left}" x2="{wide - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        f'<text x="{left - 6}" y="{y + 4:.1f}" font-size="11" text-anchor="end">{top * share:,.0f}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
        for y in (high - bottom - (high - bottom - 10) * share,)
    )
    name = escape(say("track_page.curve", lang))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" role="img" '
        f'aria-label="{name}" width="{wide:.0f}">{grid}{labels}'
        f'<polyline points="{planned}" fill="none" stroke="#1F3864" stroke-width="2" stroke-dasharray="6 4"/>'
        f'<polyline points="{real}" fill="none" stroke="#C00000" stroke-width="3"/></svg>'
    )
