"""The catalogue is complete, both languages say the same, and nothing in it or in the source is an orphan."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from dualcontrol.messages import LANGUAGES, catalogue, describe, known, language, placeholders, say
from dualcontrol.model.allocation import ROWS
from dualcontrol.model.plan import WATERFALL
from dualcontrol.model.problems import RULES
from dualcontrol.model.reports import REPORTS
from tests.planner.conftest import Case

ROOMS = ("planner", "model", "solvers")
# Functions whose first argument is a message and whose keywords fill it.
SPEAKERS = {"say", "both", "heading", "line_of", "PublishError", "NotCheckedError"}


def sources(repository: Path) -> Iterator[tuple[Path, ast.Module]]:
    for room in ROOMS:
        for path in sorted((repository / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trees(repository: Path) -> list[tuple[Path, ast.Module]]:
    return list(sources(repository))


def literals(trees: list[tuple[Path, ast.Module]]) -> set[str]:
    """Every text constant of the source, also as it is in ids (`pool:3.3.2c` is `pool.3.3.2c`, `cut_tce` is `cut`),
    and the names of functions, after which constraints are called."""
    found: set[str] = set()
    for _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, node.value.replace(":", "."), node.value.removesuffix("_tce")}
            elif isinstance(node, ast.FunctionDef):
                found.add(node.name)
    return found


# A way to put an id together: its constant parts, and None where something is put in.
Form = tuple[str | None, ...]


def forms(trees: list[tuple[Path, ast.Module]]) -> set[Form]:
    """Every f-string that can make an id, `f"problem.{rule}"` as `("problem.", None)`, and every beginning of one."""
    found: set[Form] = set()
    for _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else None for part in node.values)
                found.add(tuple(str(part) if part is not None else None for part in parts))
    found |= {(text, None) for text in literals(trees) if re.fullmatch(r"[a-z]+\.[a-z_]+_", text)}
    return {form for form in found if any(form) and re.fullmatch(r"[a-z0-9_.]+", "".join(filter(None, form)))}


def fits(text: str, form: Form, is_part: Callable[[str], bool]) -> bool:
    """Whether `text` can be put together so, from parts that are somewhere in the source."""
    if not form:
        return not text
    if not all(part is None or part in text for part in form):
        return False  # said early: most forms have nothing to do with most texts
    first, rest = form[0], form[1:]
    if first is not None:
        return text.startswith(first) and fits(text.removeprefix(first), rest, is_part)
    return any(is_part(text[:end]) and fits(text[end:], rest, is_part) for end in range(1, len(text) + 1))


def test_every_message_has_both_languages_with_the_same_placeholders() -> None:
    assert len(catalogue()) > 300
    differing = {
        key: (placeholders(texts["zh"]), placeholders(texts["en"]))
        for key, texts in catalogue().items()
        if placeholders(texts["zh"]) != placeholders(texts["en"])
    }
    assert differing == {}


def test_chinese_is_chinese_and_english_has_a_letter() -> None:
    same = {key for key, texts in catalogue().items() if texts["zh"] == texts["en"]}
    # A unit is the same in every language; without a Chinese font both are in English.
    assert same <= {"column.tce", "pool.axis", "picture.no_font"}
    latin = {key for key, texts in catalogue().items() if not re.search("[A-Za-z]", texts["en"])}
    assert latin == set()


def test_every_id_in_the_source_exists(trees: list[tuple[Path, ast.Module]]) -> None:
    families = {key.split(".")[0] for key in catalogue()}
    files = re.compile(r".*\.(xlsx|json|csv|png|toml|py|md|d)")
    missing = [
        (path.name, node.lineno, node.value)
        for path, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+\.[a-z0-9_]*[a-z0-9]", node.value)
        and node.value.split(".")[0] in families
        and not files.fullmatch(node.value)
        and not known(node.value)
    ]
    # Settings are named like messages (`solve.time_limit_s`), which is why only families of messages count.
    assert missing == []


@pytest.mark.slow
def test_no_message_is_unused(trees: list[tuple[Path, ast.Module]]) -> None:
    constants, ways = literals(trees), forms(trees)

    def is_constant(text: str) -> bool:
        return text in constants or text.isdigit()

    # A part may itself be put together: `f"review_{project.review}"` is a reason.
    longer = {form for form in ways if sum(len(part) for part in form if part) > 3}

    @cache
    def is_part(text: str) -> bool:
        return is_constant(text) or any(fits(text, form, is_constant) for form in longer)

    # ids in a report's text column are looked up as `<report>_<column>.<id>`
    columns = {f"{r.name}_{c.name}" for r in REPORTS for c in r.columns if c.decimals is None}

    def is_used(key: str) -> bool:
        family, _, text = key.partition(".")
        if family in columns:
            return is_part(text)
        return key in constants or any(fits(key, form, is_part) for form in ways)

    assert [key for key in catalogue() if not is_used(key)] == []


def test_an_unused_message_would_be_noticed() -> None:
    tree = [(Path("x.py"), ast.parse('say("a.b"); say(f"c.{kind}_{rule}"); x = ("fault", "of_form")'))]
    constants, ways = literals(tree), forms(tree)
    assert "a.b" in constants
    assert any(fits("c.fault_of_form", form, constants.__contains__) for form in ways)
    assert not any(fits("c.fault_of_mind", form, constants.__contains__) for form in ways)


def test_every_sentence_gets_exactly_its_parameters(trees: list[tuple[Path, ast.Module]]) -> None:
    wrong = []
    calls = 0
    for path, tree in trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            key = node.args[0].value
            if name not in SPEAKERS or not isinstance(key, str) or not known(key):
                continue
            calls += 1
            given = {keyword.arg for keyword in node.keywords}
            wanted = placeholders(catalogue()[key]["zh"])
            if None not in given and given != wanted:
                wrong.append((path.name, node.lineno, key, given, wanted))
    assert calls > 40
    assert wrong == []


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_of_the_reader_has_its_sentences(rule: str) -> None:
    may_use = {"file", "row", "column", "value", *RULES[rule]}
    for family in ("problem", "remedy"):
        assert known(f"{family}.{rule}")
        assert placeholders(catalogue()[f"{family}.{rule}"]["zh"]) <= may_use


@pytest.mark.slow
def test_every_check_of_the_audit_can_be_told(dalad: Case) -> None:
    for check in dalad.verdict.checks:
        for lang in LANGUAGES:
            say(f"audit.{check.name}", lang, **check.params)  # KeyError if a parameter is missing


@pytest.mark.slow
def test_constraints_movements_and_decisions_have_names(dalad: Case) -> None:
    assert [row.name for row in ROWS if not known(f"constraint.{row.name}")] == []
    assert [note for note in {*WATERFALL, *dalad.plan.ledger["note"]} if not known(f"note.{note}")] == []
    decided = dalad.plan.projects
    assert [d for d in decided["decision"].unique() if not known(f"decision.{d}")] == []
    reasons = {
        part for text in (*decided["reason"], *dalad.plan.quotas["reason"]) for part in text.split(";")
    }
    assert [reason for reason in reasons if not known(f"reason.{reason}")] == []


def test_every_reason_of_a_gate_has_a_name(repository: Path) -> None:
    tree = ast.parse((repository / "model" / "policy" / "entry.py").read_text(encoding="utf-8"))
    reasons = {
        node.value.elts[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.value.elts[0], ast.Constant)
    }
    assert len(reasons) >= 6
    assert [reason for reason in reasons if not known(f"reason.{reason}")] == []


def test_a_message_is_filled_in_and_a_gap_is_an_error() -> None:
    assert say("stage.seconds", "zh", seconds=1.25) == "1.2 秒"
    assert say("stage.seconds", "en", seconds=1.25) == "1.2 s"
    with pytest.raises(KeyError):
        say("stage.seconds", "en")
    with pytest.raises(KeyError):
        say("no.such.message", "en")


def test_describing_bad_input_never_fails() -> None:
    assert describe("stage.seconds", "en", {"seconds": 2.0, "more": 1}) == "2.0 s"
    assert "?" in describe("error.no_demo", "en", {"names": "a"})
    assert describe("no.such.message", "zh", {}) == "no.such.message"


def test_braces_in_parameters_are_text() -> None:
    assert "{x}" in say("error.bad_setting", "en", text="{x}")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_cn.GBK"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),  # set but empty is not set
        ({"LC_CTYPE": "zh_CN.UTF-8"}, "en"),  # how text is encoded is not what people speak
    ],
)
def test_the_language_follows_the_locale(environment: dict[str, str], expected: str) -> None:
    assert language(None, environment) == expected
    assert language("zh", environment) == "zh"
    assert language("en", environment) == "en"


def test_windows_is_asked_for_its_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    for name, expected in (
        ("Chinese (Simplified)_China", "zh"),
        ("zh_CN", "zh"),
        ("English_United States", "en"),
    ):
        monkeypatch.setattr("locale.getlocale", lambda name=name: (name, "936"))
        assert language(None, {}) == expected
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert language(None, {}) == "en"


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        language("fr")
