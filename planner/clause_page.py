# ruff: noqa: E501 - sentences of the page stand on one line
"""`docs/clauses.md`, generated: each clause in the plan's words, what carries it, which test proves it, what it moves.

What carries a clause is found in the registers: constraints, gates, reports, and every table, column and setting that
names the clause in its description.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from dualcontrol.model.allocation import NETWORK_ROWS, ROWS
from dualcontrol.model.clauses import REGISTER, Clause
from dualcontrol.model.policy.entry import GATES
from dualcontrol.model.reports import REPORTS
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings import Settings

EFFECTS = "effects-dalad-2022.csv"
AT_REST = "dalad-2022-notes/clauses_at_rest.csv"  # why a clause moves nothing there
COMMANDS = {  # what is done after the plan, and over several years
    "track": ("2.5", "3.1.2", "3.3.4b"), "settle": ("3.1.2", "3.2.5"), "trade": ("A2",), "years": ("3.3.2c",),
}  # fmt: skip
_EFFECT_ZH = {
    "restrictive": "限制",
    "permissive": "放宽",
    "transfer": "划转",
    "report": "展示",
    "data": "数据",
    "outside": "不建模",
}


def names(text: str, clause: str) -> bool:
    """Whether a description names a clause; `3.3.3b–c` and `3.2.1a–b` name every letter between."""
    for found in re.finditer(
        r"(?<![\d.])(\d\.\d\.\d)([a-h]?)(?:[–-]([a-h]))?|\b(A[12]|[12]\.[a-z0-9]|4)\b", text
    ):
        if found[4]:
            if found[4] == clause:
                return True
            continue
        stem, first, last = found[1], found[2], found[3] or found[2]
        if clause == stem + first or (clause[:-1] == stem and first and first <= clause[-1] <= last):
            return True
    return False


def carriers(clause: Clause) -> list[str]:
    """What carries a clause in the program, by kind."""
    one = clause.id
    found = [f"约束 constraint `{row.name}`" for row in ROWS + NETWORK_ROWS if row.clause == one]
    found += [f"准入 gate `{gate.__name__}`" for gated, gate in GATES if gated == one]
    found += [f"附表 report `reports/{r.name}.csv`" for r in REPORTS if one in r.clause.split(", ")]
    for table in TABLES.values():
        if names(table.en, one):
            found.append(f"输入 table `{table.name}`")
        columns = [c.name for c in table.columns if names(c.en, one)]
        if columns:
            found.append(f"输入 columns of `{table.name}`: {', '.join(f'`{c}`' for c in columns)}")
    found += [f"命令 command `dualcontrol {name}`" for name, clauses in COMMANDS.items() if one in clauses]
    keys = [key for key, text in _settings() if names(text, one)]
    if keys:
        found.append(f"参数 settings {', '.join(f'`{key}`' for key in keys)}")
    return found


def _settings() -> Iterator[tuple[str, str]]:
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        if inner is None:
            yield name, field.description or ""
        else:
            yield from ((f"{name}.{key}", one.description or "") for key, one in inner.items())


def tests(folder: Path) -> dict[str, list[str]]:
    """Clause -> the tests that prove it, by the marks in tests/clauses."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for block in re.split(r"\n(?=@pytest|def )", text):
            marks = re.findall(r'mark\.clause\("([^"]+)"\)', block)
            pending = marks + re.findall(
                r"pytest\.param\(c, marks=pytest\.mark\.clause\(c\)\) for c in \(([^)]*)\)", block
            )
            for mark in pending:
                for one in re.findall(r"[\dA][\w.]*", mark):
                    found.setdefault(one, []).append(f"{path.name}::{_test_after(text, block)}")
    return {clause: sorted(set(names)) for clause, names in found.items()}


def _test_after(text: str, block: str) -> str:
    at = text.index(block)
    named = re.search(r"def (test_\w+)", text[at:])
    return named[1] if named else "?"


def is_at_rest(effect: dict[str, str]) -> bool:
    """Whether switching the clause off moves neither value (beyond the gaps of the two plans) nor any quota."""
    value, within = float(effect["value_wan_yuan"] or 0), float(effect["within_wan_yuan"] or 0)
    small = max(0.05, within if effect["plan"] == "network" else 0.0)
    return effect["status"] == "made" and abs(value) < small and float(effect["quota_tce"] or 0) < 1


def _moved(effect: dict[str, str], why: dict[str, str]) -> str:
    """One sentence on what switching the clause off moves on Dalad, or why nothing moves (`zh`, `en`)."""
    if effect["status"] == "infeasible":
        return "停用后无可行方案 without it there is no plan"
    if effect["status"] != "made":
        return "停用后未得出方案 no plan was reached without it"
    value, energy = float(effect["value_wan_yuan"]), float(effect["energy_tce_eq"] or 0)
    moved, within = float(effect["quota_tce"] or 0), float(effect["within_wan_yuan"] or 0)
    told = (
        f"增加值 value {value:+,.1f} 万元（{value * 1e4:+,.0f} 元）"
        + (f" ± {within:,.1f}" if within > 0.05 else "")
        + f"；总量 energy {energy:+,.0f} tce 等价；指标变动 quotas moved {moved:,.0f} tce"
    )
    if abs(value) < 0.05 and moved < 1:
        told = "不起作用 nothing moves"
    if why:
        told += f"：{why['zh']} ({why['en']})"
    posted, stopped = float(effect["posted_tce"] or 0), float(effect["stopped"] or 0)
    if posted:
        told += f"；台账 posted {posted:,.0f} tce"
    if stopped:
        told += f"；单独拦下项目 projects it stops alone {stopped:.0f}"
    if effect["tightest"] and effect["slack"]:
        told += f"；最紧的约束 tightest row `{effect['tightest']}`，余地 slack {float(effect['slack']):,.4g} {effect['unit']}"
    return told


def clauses(docs: Path = Path("docs")) -> str:
    """The page. docs: where the effects are; the tests stand beside it."""
    path = docs / EFFECTS
    effects: dict[str, dict[str, str]] = {}
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            effects = {row["clause"]: row for row in csv.DictReader(file)}
    with (docs.parent / "scenarios" / AT_REST).open(encoding="utf-8") as file:
        at_rest = {row["clause"]: row for row in csv.DictReader(file)}
    proofs = tests(docs.parent / "tests" / "clauses")
    lines = [
        "# 逐条对照 Clause by clause\n",
        (
            "每一条：方案原文；在程序里由什么承担；停用它对增加值的影响（限制：停用不会降低；放宽：停用不会提高；划转：无固定方向）；"
            "证明它的测试；在达旗2022年方案里停用它会带来什么（`make effects`）。  \n"
            "Each clause: the plan's sentence; what carries it; what dropping it does to value added (restrictive: never "
            "lowers it, permissive: never raises it, transfer: no sign); the test that fails without it (`make mutate`); what "
            "switching it off moves in Dalad's plan. Clauses of the power system are switched off in the plan with its "
            "network (± is the gap of the two plans), all others in the plan on the yearly electricity table, solved to its "
            "optimum.\n"
        ),
    ]
    for clause in REGISTER:
        lines.append(f"## {clause.id}\n")
        lines.append(f"> {clause.quote}\n")
        lines.append(f"- **性质 effect**: {_EFFECT_ZH[clause.effect]} {clause.effect}")
        if clause.note_zh:
            lines.append(f"- **说明 note**: {clause.note_zh}. {clause.note_en}")
        if clause.effect != "outside":
            found = carriers(clause)
            lines.append(f"- **承担 carried by**: {'; '.join(found) if found else '—'}")
            proof = ", ".join(f"`{name}`" for name in proofs.get(clause.id, []))
            lines.append(f"- **测试 test**: {proof or '—'}")
            if clause.id in effects:
                lines.append(f"- **达旗 Dalad**: {_moved(effects[clause.id], at_rest.get(clause.id, {}))}")
        lines.append("")
    return "\n".join(lines)
