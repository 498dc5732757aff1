"""An explanation in sentences, Chinese or English: opinions, conflicting clauses, what would bring a plan back."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from dualcontrol.explain import Explanation
from dualcontrol.explain_conflict import ClauseConflict
from dualcontrol.explain_levers import Lever
from dualcontrol.explain_limits import FLOOR, GATE, TAKEN, Limit
from dualcontrol.explain_relax import Move, Relaxation
from dualcontrol.infeasible import names_of
from dualcontrol.messages import Language, known, say

SHOWN = 4  # owners of limits that are named; of more, how many there are
_TONNES = ("tce", "tce_eq", "t")


def lines(found: Explanation, lang: Language) -> Iterator[str]:
    """What is told of a scenario without a plan, line by line."""
    names = names_of(found.case)
    says = [say(f"explain_by.{o.by}", lang, says=say(f"explain_says.{o.says}", lang)) for o in found.opinions]
    yield say("explain.opinions", lang, told=("；" if lang == "zh" else "; ").join(says))
    if found.is_typical:
        yield say("explain.typical", lang)
    for k, conflict in enumerate(found.conflicts):
        yield say(_heading(conflict, k), lang, count=len(conflict.groups))
        for group in conflict.groups:
            yield f"  {_group(group, conflict, names, lang)}"
    if found.single:
        yield say("explain.single", lang)
        for relaxation in found.single:
            yield f"  · {_relaxation(relaxation, names, lang)}"
    elif found.conflicts:
        yield say("explain.no_single", lang)
    if found.joint is not None:
        yield say("explain.joint", lang)
        yield f"  · {_relaxation(found.joint, names, lang)}"
    elif not found.single and found.conflicts:
        yield say("explain.no_joint", lang)


def _heading(conflict: ClauseConflict, place: int) -> str:
    if not conflict.groups:
        return "explain.no_clause"
    if place:
        return "explain.another"
    return "explain.smallest" if conflict.is_smallest else "explain.minimal"


def _group(group: str, conflict: ClauseConflict, names: Mapping[str, str], lang: Language) -> str:
    """A clause and its limits that are at stake."""
    found: dict[tuple[str, str], list[str]] = {}
    for limit in conflict.limits:
        if limit.group == group:
            found.setdefault((limit.name, _detail(limit, lang)), []).append(limit.index)
    between = "；" if lang == "zh" else "; "
    told = between.join(_limits(*key, indexes, names, lang) for key, indexes in found.items())
    if group == FLOOR:
        return told
    return f"{group}{'：' if lang == 'zh' else ': '}{told}"


def _detail(limit: Limit, lang: Language) -> str:
    message = {GATE: f"reason.{limit.detail}", TAKEN: f"explain_taken.{limit.detail}"}.get(limit.name, "")
    return say(message, lang) if known(message) else ""


def _limits(name: str, detail: str, indexes: list[str], names: Mapping[str, str], lang: Language) -> str:
    owners = [names.get(index, index) for index in dict.fromkeys(indexes) if index]
    shown = ("、" if lang == "zh" else ", ").join(owners[:SHOWN])
    if len(owners) > SHOWN:
        shown = say("explain.and_more", lang, shown=shown, count=len(owners))
    inside = ("：" if lang == "zh" else ": ").join(part for part in (shown, detail) if part)
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    text = say(f"constraint.{name}", lang)
    return f"{text}{left}{inside}{right}" if inside else text


def _relaxation(relaxation: Relaxation, names: Mapping[str, str], lang: Language) -> str:
    between = "；" if lang == "zh" else "; "
    moves = between.join(_move(move, names, lang) for move in relaxation.moves)
    return say("explain.worth", lang, moves=moves, value=relaxation.value_wan_yuan)


def _move(move: Move, names: Mapping[str, str], lang: Language) -> str:
    lever = move.lever
    index = names.get(lever.limit.index, lever.limit.index)
    what = say(f"explain_lever.{lever.name}", lang, who=index)
    if lever.kind == "switch":
        return say("explain.move_switch", lang, what=what, clause=lever.clause)
    message = "explain.move_share" if lever.kind == "share" else "explain.move_amount"
    sign = "+" if move.new > lever.old else "−"
    return say(
        message,
        lang,
        what=what,
        clause=lever.clause,
        old=figure(lever, lever.old),
        new=figure(lever, move.new),
        change=f"{sign}{figure(lever, abs(move.new - lever.old))}",
    )


def figure(lever: Lever, value: Decimal) -> str:
    """A share in percent, large amounts of coal or carbon in 10⁴ t, with as many digits as there are."""
    if lever.kind == "share":
        return f"{_plain(100 * value)} %"
    unit = {"tce_eq": "tce"}.get(lever.unit, lever.unit)
    if lever.unit in _TONNES and abs(value) >= 10_000:
        return f"{_plain(value / 10_000)} 万{unit}"
    return f"{_plain(value)} {unit}"


def _plain(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.000001")).normalize()
    return f"{rounded:,f}"
