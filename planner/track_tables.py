# ruff: noqa: E501 - a column is a line, so that the register can be read
"""The tables that `dualcontrol track` and `dualcontrol settle` write: every column with its unit and meaning."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from dualcontrol.messages import Language, known, say
from dualcontrol.model.ledger import Entry
from dualcontrol.model.settlement import Settlement
from dualcontrol.model.tracking import Indicator, Status, Tracking, decimal
from dualcontrol.model.tracking_readings import ReadingProblem
from dualcontrol.out_folder import number
from dualcontrol.output_columns import OutputColumn
from dualcontrol.tables import plain_text

if TYPE_CHECKING:
    import pandas as pd

Lines = list[list[str]]
_TCE, _SHARE = 3, 6
_COURSE = {
    "path_tce": OutputColumn("tce", "按指标进度到本日应用", "what the quota's path has come to by the day"),
    "used_tce": OutputColumn("tce", "累计用能（含估算）", "used to date, estimates included"),
    "ratio": OutputColumn("", "累计用能与进度之比", "use to date by path to date"),
    "estimated_tce": OutputColumn(
        "tce", "其中估算（缺报补足）", "of it estimated, where readings are missing"
    ),
    "forecast_tce": OutputColumn("tce", "全年预测", "forecast of the year"),
    "forecast_low_tce": OutputColumn("tce", "预测区间下限（90%）", "least of the range, 90 %"),
    "forecast_high_tce": OutputColumn("tce", "预测区间上限（90%）", "most of the range, 90 %"),
}
_DONE = {
    "problem_zh": OutputColumn("", "问题（中文）", "the problem in Chinese"),
    "problem_en": OutputColumn("", "问题（英文）", "the problem in English"),
    "done_zh": OutputColumn("", "怎样处理（中文）", "what was done, in Chinese"),
    "done_en": OutputColumn("", "怎样处理（英文）", "what was done, in English"),
}
TABLES: Mapping[str, Mapping[str, OutputColumn]] = {
    "units": {
        "account": OutputColumn("", "账户；county 为有计量数据的全部账户", "account: unit:<id>, project:<id>; county: all that have readings"),
        "name": OutputColumn("", "名称", "name"),
        "department": OutputColumn("", "主管部门", "department in charge"),
        "colour": OutputColumn("", "预警等级 green、yellow、orange、red", "green, yellow, orange or red"),
        "rules": OutputColumn("", "触发的规则，分号隔开，最严重的在前", "the rules that warn, the most severe first"),
        "quota_tce": OutputColumn("tce", "本年下达指标", "quota of the year"),
        **_COURSE,
        "recent_tce": OutputColumn("tce", "余下时间按最近三个整月的进度时的全年用能", "the year's use if the rest goes like the last three full months"),
        "planned_use_tce": OutputColumn("tce", "计划用能", "planned use of the year"),
        "left_tce": OutputColumn("tce", "余下的指标，负数为已超", "quota left; negative: exceeded"),
    },
    "months": {
        "account": OutputColumn("", "账户", "account"),
        "month": OutputColumn("", "月份", "month"),
        "known": OutputColumn("", "该月已过去的部分", "share of the month that is over"),
        "path_tce": OutputColumn("tce", "该月指标", "the month's part of the quota"),
        "used_tce": OutputColumn("tce", "该月用能（到本日）", "used in the month, by the day"),
    },
    "indicators": {
        "account": OutputColumn("", "账户；部门的行为部门名称", "account"),
        "department": OutputColumn("", "主管部门", "department in charge"),
        "indicator": OutputColumn("", "指标：energy 用能、co2 碳排放、其他资源的编号", "energy, co2, or the id of a resource such as water"),
        "unit": OutputColumn("", "计量单位", "unit of the figures"),
        "year": OutputColumn("unit", "全年指标或计划量", "quota, or planned amount, of the year"),
        "path": OutputColumn("unit", "到本日应为", "what the path has come to"),
        "used": OutputColumn("unit", "累计", "to date"),
        "forecast": OutputColumn("unit", "全年预测", "forecast of the year"),
        "low": OutputColumn("unit", "预测区间下限（90%）", "least of the range, 90 %"),
        "high": OutputColumn("unit", "预测区间上限（90%）", "most of the range, 90 %"),
    },
    "departments": {
        "department": OutputColumn("", "主管部门", "department in charge; '-' where none is named"),
        "indicator": OutputColumn("", "指标：energy 用能、co2 碳排放、其他资源的编号", "energy, co2, or the id of a resource such as water"),
        "unit": OutputColumn("", "计量单位", "unit of the figures"),
        "year": OutputColumn("unit", "全年指标或计划量", "quota, or planned amount, of the year"),
        "path": OutputColumn("unit", "到本日应为", "what the path has come to"),
        "used": OutputColumn("unit", "累计", "to date"),
        "forecast": OutputColumn("unit", "全年预测", "forecast of the year"),
        "low": OutputColumn("unit", "预测区间下限（90%）", "least of the range, 90 %"),
        "high": OutputColumn("unit", "预测区间上限（90%）", "most of the range, 90 %"),
        "red": OutputColumn("", "红色账户数", "accounts that are red"),
        "orange": OutputColumn("", "橙色账户数", "accounts that are orange"),
        "yellow": OutputColumn("", "黄色账户数", "accounts that are yellow"),
        "green": OutputColumn("", "绿色账户数", "accounts that are green"),
    },
    "readings_problems": {
        "place": OutputColumn("", "文件:行；不属于某一行的为“–”", "file:row; '–' for what is about no single row"),
        "unit_id": OutputColumn("", "单位或项目", "unit or project, as written"),
        "carrier": OutputColumn("", "品种", "carrier, as written"),
        "time": OutputColumn("", "时间或时段", "time, or from – to"),
        "value": OutputColumn("", "原值", "what was written"),
        "rule": OutputColumn("", "规则代号", "id of the rule"),
        **_DONE,
        "rows": OutputColumn("", "涉及的读数个数", "how many readings it is about"),
        "taken": OutputColumn("", "其中不计入的", "of them not counted"),
        "quantity": OutputColumn("carrier unit", "补入或改计的实物量", "the quantity put in its place"),
    },
    "settlement": {
        "account": OutputColumn("", "账户", "account"),
        "name": OutputColumn("", "名称", "name"),
        "department": OutputColumn("", "主管部门", "department in charge"),
        "quota_tce": OutputColumn("tce", "本年下达指标", "quota of the year"),
        "metered_tce": OutputColumn("tce", "计量用能（精确到0.001）", "metered use to 0.001"),
        "estimated_tce": OutputColumn("tce", "其中估算", "of it estimated"),
        "charged_tce": OutputColumn("tce", "清算用量，整数吨，舍去尾数", "use that is settled, whole tonnes, what is less is not charged"),
        "over_tce": OutputColumn("tce", "超出指标", "use above the quota"),
        "left_tce": OutputColumn("tce", "指标结余", "quota left over"),
        "deducted_tce": OutputColumn("tce", "下年扣减", "deducted next year"),
        "bought_tce": OutputColumn("tce", "购入用能权（建议）", "use rights to be bought (proposed)"),
        "sold_tce": OutputColumn("tce", "售出用能权（建议）", "use rights to be sold (proposed)"),
        "paid_wan_yuan": OutputColumn("万元", "按底价应付（负数为应收）", "to be paid at the reserve price; negative: received"),
        "uncovered_tce": OutputColumn("tce", "扣减和购买之外仍缺的，一并计入下年扣减", "what neither covers; it is deducted next year, too"),
        "procedure": OutputColumn("", "submitted_for_recognition：移送主管部门依3.2.5认定，程序状态，不是结论", "submitted_for_recognition: handed to the authorities under 3.2.5, a step of procedure and no finding"),
        "outcome": OutputColumn("", "within、deducted、bought、mixed、uncovered；unmetered 没有计量数据，未清算", "within, deducted, bought, mixed, uncovered; unmetered: no readings, not settled"),
    },
    "settlement_ledger": {
        "year": OutputColumn("", "年", "year"),
        "from_account": OutputColumn("", "转出账户", "account that gives"),
        "to_account": OutputColumn("", "转入账户", "account that receives"),
        "tce": OutputColumn("tce", "整数吨", "whole tonnes"),
        "clause": OutputColumn("", "所依据的条款", "the clause it rests on"),
        "note": OutputColumn("", "事项代号", "id of the occasion"),
    },
    "opening_balances": {
        "account": OutputColumn("", "账户", "account"),
        "base_tce": OutputColumn("tce", "下年基数：计量用能（进位），不超过本年指标", "next year's base: metered use rounded up, no more than the quota"),
        "deduction_tce": OutputColumn("tce", "扣减", "deducted"),
        "opening_tce": OutputColumn("tce", "下年期初", "next year's opening"),
        "adjustment_tce": OutputColumn("tce", "下年 adjustments.csv 中的调整量", "what adjustments.csv of the next year says"),
    },
}  # fmt: skip


def rule_text(kind: str, rule: str, lang: Language) -> str:
    """The words of a rule: `track_rule.<id>`, `reading.<id>`, `reading_done.<id>`."""
    return say(f"{kind}.{rule}", lang) if known(f"{kind}.{rule}") else rule


def indicator_text(indicator: str, lang: Language) -> str:
    """The words of an indicator; the id of a resource that has none."""
    return rule_text("track_indicator", indicator, lang)


def _share(value: float | None) -> str:
    return number(value, _SHARE)


def _tce(value: float | Fraction | None) -> str:
    return "" if value is None else decimal(Fraction(value), _TCE)


def _headed(name: str, rows: Iterable[Sequence[str]]) -> Lines:
    return [list(TABLES[name]), *(list(row) for row in rows)]


def unit_lines(tracking: Tracking) -> Lines:
    """`units.csv`, the county first."""
    return _headed("units", (_unit(status) for status in (tracking.county, *tracking.statuses)))


def _unit(status: Status) -> list[str]:
    holder, course, found = status.holder, status.course, status.forecast
    return [
        holder.account, plain_text(holder.name), plain_text(holder.department), status.colour,
        ";".join(rule for _, rule in status.warnings), str(holder.quota_tce), _tce(course.path_tce),
        _tce(course.used_tce), _share(found.ratio if found else None), _tce(status.estimated_tce),
        *(_tce(getattr(found, name)) if found else "" for name in ("middle", "low", "high", "recent")),
        _tce(holder.planned_tce), _tce(holder.quota_tce - course.used_tce),
    ]  # fmt: skip


def month_lines(tracking: Tracking) -> Lines:
    """`months.csv`: path and use of every account by month."""
    return _headed(
        "months",
        (
            [
                one.holder.account,
                str(month + 1),
                _share(float(c.known[month])),
                _tce(c.path[month]),
                _tce(c.used[month]),
            ]
            for one in (tracking.county, *tracking.statuses)
            for month, c in ((m, one.course) for m in range(12))
        ),
    )


def _indicator(one: Indicator) -> list[str]:
    found = one.forecast
    return [
        one.indicator, plain_text(one.unit), _tce(one.course.quota_tce), _tce(one.course.path_tce), _tce(one.course.used_tce),
        *(_tce(getattr(found, name)) if found else "" for name in ("middle", "low", "high")),
    ]  # fmt: skip


def indicator_lines(tracking: Tracking) -> Lines:
    """`indicators.csv`: energy, carbon and water by account."""
    rows = ([i.account, plain_text(i.department), *_indicator(i)] for i in tracking.indicators)
    return _headed("indicators", rows)


def department_lines(tracking: Tracking) -> Lines:
    """`departments.csv`: the same by department, and how many of its accounts are of each colour."""
    rows = []
    for one in tracking.departments():
        colours = tracking.colours(one.department)
        counts = [str(colours.get(c, 0)) for c in ("red", "orange", "yellow", "green")]
        rows.append([plain_text(one.department), *_indicator(one), *counts])
    return _headed("departments", rows)


def problem_lines(problems: Iterable[ReadingProblem]) -> Lines:
    """`readings_problems.csv`."""
    return _headed(
        "readings_problems",
        (
            [
                *(plain_text(text) for text in (p.place, p.unit_id, p.carrier, p.time, p.value)), p.rule,
                rule_text("reading", p.rule, "zh"), rule_text("reading", p.rule, "en"),
                rule_text("reading_done", p.rule, "zh"), rule_text("reading_done", p.rule, "en"),
                str(p.rows), str(p.taken), p.quantity,
            ]
            for p in problems
        ),
    )  # fmt: skip


def settlement_lines(settled: Settlement) -> Lines:
    """`settlement.csv`."""
    return _headed(
        "settlement",
        (
            [
                one.account, plain_text(one.name), plain_text(one.department), str(one.quota_tce), _tce(one.metered_tce),
                _tce(one.estimated_tce), str(one.charged_tce), str(one.over_tce), str(one.left_tce), str(one.deducted_tce),
                str(one.bought_tce), str(one.sold_tce), decimal(one.paid_wan_yuan, 4), str(one.uncovered_tce), one.procedure,
                one.outcome,
            ]
            for one in settled.lines
        ),
    )  # fmt: skip


def ledger_lines(entries: Iterable[Entry]) -> Lines:
    """`settlement_ledger.csv`."""
    columns = tuple(TABLES["settlement_ledger"])
    return _headed(
        "settlement_ledger", ([str(getattr(entry, name)) for name in columns] for entry in entries)
    )


def opening_lines(settled: Settlement) -> Lines:
    """`opening_balances.csv`."""
    return _headed(
        "opening_balances",
        (
            [o.account, str(o.base_tce), str(o.deduction_tce), str(o.opening_tce), str(o.adjustment_tce)]
            for o in settled.openings
        ),
    )


def frame(lines: Lines) -> "pd.DataFrame":
    """A table as a data frame: numbers where its column has a unit, text else."""
    import pandas as pd

    head, *rows = lines
    made = pd.DataFrame(rows, columns=head)
    for name in head:
        if name.endswith(
            ("_tce", "ratio", "known", "month", "year", "path", "used", "forecast", "low", "high")
        ):
            made[name] = pd.to_numeric(made[name])
    return made


def colours(replayed: Iterable[Tracking]) -> "pd.DataFrame":
    """The colour of every account (rows) on the days of several trackings (columns)."""
    import pandas as pd

    told = {t.metered.calendar.last_day: {s.holder.account: s.colour for s in t.statuses} for t in replayed}
    return pd.DataFrame(told)
