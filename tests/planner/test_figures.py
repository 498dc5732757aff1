"""Figures: findings of the hand-solved case, honest marks and units, and nothing that a name could break."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import dualcontrol as dc
from dualcontrol import figures, picture
from dualcontrol.figures_budget import Cutoff, candidates, cutoff, pool_steps
from dualcontrol.figures_outcome import binding, check_name
from dualcontrol.messages import Language
from dualcontrol.model.accounting import Accounts
from dualcontrol.model.audit import Verdict
from dualcontrol.model.policy import Rulings
from dualcontrol.picture import Picture, Speech, chinese_font, width_of
from dualcontrol.provenance import MARK
from tests.planner.conftest import Case, solved

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Stages:
    """Everything a figure may want."""

    scenario: dc.Scenario
    accounts: Accounts
    rulings: Rulings
    plan: dc.Plan
    verdict: Verdict


FIGURES: dict[str, Callable[[Stages, Language], Picture]] = {
    "energy_by_sector": lambda s, lang: figures.energy_by_sector(s.accounts, lang),
    "rules": lambda s, lang: figures.rules(s.rulings, lang),
    "pool": lambda s, lang: figures.pool(s.rulings, s.plan, lang),
    "merit_order": lambda s, lang: figures.merit_order(s.rulings, s.plan, lang),
    "before_after": lambda s, lang: figures.before_after(s.rulings, s.plan, lang),
    "prices": lambda s, lang: figures.prices(s.rulings, s.plan, lang),
    "checks": lambda s, lang: figures.checks(s.scenario, s.verdict, lang),
    "overview": lambda s, lang: figures.overview(s.rulings, s.plan, lang),
}


def stages_of(case: Case) -> Stages:
    accounts = dc.account(case.scenario)
    return Stages(case.scenario, accounts, dc.judge(accounts), case.plan, case.verdict)


def with_scenario(stages: Stages, scenario: dc.Scenario) -> Stages:
    accounts = replace(stages.accounts, scenario=scenario)
    return replace(
        stages, scenario=scenario, accounts=accounts, rulings=replace(stages.rulings, accounts=accounts)
    )


@pytest.fixture(scope="module")
def hand(two_firms: Case) -> Stages:
    return stages_of(two_firms)


@pytest.fixture(scope="module")
def real(dalad: Case) -> Stages:
    return stages_of(dalad)


@pytest.fixture(
    scope="module", params=["two_firms", pytest.param("dalad", marks=pytest.mark.slow), "lorie-savage"]
)
def any_case(request: pytest.FixtureRequest) -> Stages:
    if request.param == "lorie-savage":  # no units, no energy, no pool
        folder = request.getfixturevalue("scenarios_folder") / request.param
        return stages_of(solved(folder))
    return stages_of(request.getfixturevalue(request.param))


def texts(drawn: Picture) -> list[str]:
    """Every text of a figure as it would be read, but for the numbers along the axes."""
    return [t.get_text() for t in drawn.findobj(Text) if t.get_text() and t.get_visible()]


def title(drawn: Picture) -> str:
    """The finding: the first text of the figure, on one line."""
    return re.sub(r"\s+", " ", drawn.texts[0].get_text())


# -- every figure, every case, both languages ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_without_a_warning(any_case: Stages, name: str, lang: Language) -> None:
    image = FIGURES[name](any_case, lang).png(dpi=60)
    assert image.startswith(b"\x89PNG")
    assert 5_000 < len(image) < 400_000  # a hundred checks by name are the largest


@pytest.mark.parametrize("name", ["pool", "merit_order"])
def test_the_same_values_give_the_same_bytes(hand: Stages, name: str) -> None:
    first, second = (FIGURES[name](hand, "en") for _ in range(2))
    assert first.png() == second._repr_png_()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_what_is_not_official_bears_the_mark(hand: Stages, name: str, lang: Language) -> None:
    if chinese_font() is None:
        assert any("not an official document" in text for text in texts(FIGURES[name](hand, lang)))
        return
    assert any(MARK in text for text in texts(FIGURES[name](hand, lang)))
    settings = hand.scenario.settings.model_copy(update={"nature": "official"})
    official = with_scenario(hand, replace(hand.scenario, settings=settings))
    assert not any(MARK in text for text in texts(FIGURES[name](official, lang)))


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"checks", "prices"}))
def test_energy_says_its_unit_and_how_it_is_counted(hand: Stages, name: str) -> None:
    told = " ".join(texts(FIGURES[name](hand, "en")))
    assert "tce" in told
    assert "calorific" in told or "equivalent" in told


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"checks", "overview"}))
def test_a_users_settings_are_neither_changed_nor_used(hand: Stages, name: str) -> None:
    plain = FIGURES[name](hand, "en").png(dpi=60)
    with mpl.rc_context({"figure.facecolor": "black", "font.size": 30, "axes.grid": True, "savefig.dpi": 20}):
        before = dict(mpl.rcParams)
        assert FIGURES[name](hand, "en").png(dpi=60) == plain
        assert dict(mpl.rcParams) == before


# -- names are names ----------------------------------------------------------------------------------------

ODD = r"$\frac{1}$ & <b> %s {x} 甲厂"


def test_a_name_is_never_read_as_a_formula(hand: Stages) -> None:
    tables = dict(hand.scenario.tables)
    for name in ("units", "projects", "sectors"):
        tables[name] = tables[name].assign(name=ODD)
    odd = with_scenario(hand, replace(hand.scenario, tables=tables))
    plan = replace(
        odd.plan, quotas=odd.plan.quotas.assign(name=ODD), projects=odd.plan.projects.assign(name=ODD)
    )
    odd = replace(odd, plan=plan)
    seen = 0
    for name in ("energy_by_sector", "merit_order", "before_after", "prices"):
        drawn = FIGURES[name](odd, "zh")
        drawn.png(dpi=40)
        seen += any(text.startswith(r"$\frac") for text in texts(drawn))
        assert not any(t.get_parse_math() for t in drawn.findobj(Text) if "$" in t.get_text())
    assert seen == (4 if chinese_font() else 0)  # without a Chinese font ids stand for these names


# -- without a Chinese font ---------------------------------------------------------------------------------


@pytest.fixture
def no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "chinese_font", lambda: None)


@pytest.mark.slow
@pytest.mark.usefixtures("no_chinese")
@pytest.mark.parametrize("name", FIGURES)
def test_without_a_chinese_font_all_is_english_with_ids(real: Stages, name: str) -> None:
    drawn = FIGURES[name](real, "zh")
    drawn.png(dpi=40)  # a missing glyph would be a warning, so an error
    told = texts(drawn)
    assert not any(picture.is_chinese(text) for text in told)
    assert any("No Chinese font found" in text for text in told)


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_ids_stand_for_names(hand: Stages) -> None:
    assert {"A", "B"} <= set(texts(figures.before_after(hand.rulings, hand.plan, "zh")))


# -- the hand-solved case -----------------------------------------------------------------------------------


def test_the_pool_of_two_firms(hand: Stages) -> None:
    # 100 from above, 30 released by B, 50 more taken from B; the project needs all 180 (scenarios/two-firms)
    steps = [(step.note, step.tce) for step in pool_steps(hand.plan.ledger)]
    assert steps == [("increment", 100), ("release", 30), ("limit", 50), ("project", -180)]
    drawn = figures.pool(hand.rulings, hand.plan, "en")
    assert title(drawn) == (
        "A pool of 180 tce: 56% is the increment; 100% goes to projects, 0% to the reserve"
    )
    bars = [(round(b.get_y()), round(b.get_height())) for b in drawn.axes[0].patches]
    assert bars == [(0, 100), (100, 30), (130, 50), (0, 180)]


def test_the_project_of_two_firms_stands_above_the_cut_off(hand: Stages) -> None:
    # 144 万元 / 180 tce = 0.8; the next tonne would go to A, where it earns 0.5
    table = candidates(hand.rulings, hand.plan)
    assert table[["project_id", "decision", "tce_eq", "per_tce"]].values.tolist() == [
        ["P", "admitted", 180.0, pytest.approx(0.8)]
    ]
    assert cutoff(hand.rulings, hand.plan) == Cutoff(pytest.approx(0.5), pytest.approx(0.5))
    drawn = figures.merit_order(hand.rulings, hand.plan, "en")
    assert title(drawn) == "Projects: 1 admitted, needing 180 tce a year; 0 put off, 0 shut out"
    assert any(text.startswith("cut-off 0.5 ") for text in texts(drawn))


def _with_prices(plan: dc.Plan, **prices: tuple[float, float]) -> dc.Plan:
    rows = [
        {"name": name, "index": "", "price_left": left, "price_right": right}
        for name, (left, right) in prices.items()
    ]
    return replace(
        plan, constraints=pd.DataFrame(rows, columns=["name", "index", "price_left", "price_right"])
    )


@pytest.mark.parametrize(
    ("pool", "intensity", "expected"),
    [
        ((0.5, 0.5), (0.0, 0.0), (0.5, 0.5)),
        ((0.7, 0.3), (0.0, 0.0), (0.3, 0.7)),  # left and right differ: a band
        ((np.nan, 0.5), (0.0, 0.0), (0.5, 0.5)),  # a side that cannot move says nothing
        # intensity alone: a project with e tce and v 万元 gains v - 0.1 (e - 1.94 v) >= 0 where v / e >= 0.1 / 1.194
        ((0.0, 0.0), (0.1, 0.1), (0.1 / 1.194, 0.1 / 1.194)),
        ((0.2, 0.2), (0.1, 0.1), (0.3 / 1.194, 0.3 / 1.194)),
        ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_the_cut_off_by_hand(
    hand: Stages, pool: tuple[float, float], intensity: tuple[float, float], expected: tuple[float, float]
) -> None:
    # base intensity 2 (scenarios/two-firms), reduction 3 %: the cap is 1.94 tce per 万元
    plan = _with_prices(hand.plan, pool_balance=pool, county_intensity=intensity)
    assert cutoff(hand.rulings, plan) == Cutoff(*map(pytest.approx, expected))


def test_without_such_rows_there_is_no_cut_off(hand: Stages) -> None:
    assert cutoff(hand.rulings, _with_prices(hand.plan)) == Cutoff(0.0, 0.0)


@pytest.mark.slow
def test_the_cut_off_tells_admitted_from_refused_in_the_real_case(real: Stages) -> None:
    # without yearly costs, and leaving aside what the gates stop and what starts later
    table = candidates(real.rulings, real.plan).set_index("project_id")
    line = cutoff(real.rulings, real.plan)
    assert (table.loc[table["decision"] == "admitted", "per_tce"] >= line.low).all()
    reasons = real.plan.projects.set_index("project_id")["reason"]
    beaten = table[reasons[table.index] == "energy_worth_more_elsewhere"]
    assert (beaten["per_tce"] <= line.high).all()


def test_what_the_rules_do_to_two_firms(hand: Stages) -> None:
    drawn = figures.rules(hand.rulings, "en")
    assert title(drawn) == "The rules free 30 tce from 1 enterprises and stop no project"
    assert "−30 (3.0%)" in texts(drawn)
    assert "nothing is stopped" in texts(drawn)


def test_energy_of_two_firms(hand: Stages) -> None:
    drawn = figures.energy_by_sector(hand.accounts, "en")
    assert title(drawn).endswith(
        "uses most: 100% of the units' energy; 100% of the energy rests on estimated rows"
    )
    assert [round(bar.get_width()) for bar in drawn.axes[0].patches] == [1000, 1000]
    assert "2,000 (100.0%, 2 units)" in texts(drawn)


def test_before_and_after_of_two_firms(hand: Stages) -> None:
    # A stays at 1,000; B loses 30 and 50
    drawn = figures.before_after(hand.rulings, hand.plan, "en")
    assert title(drawn) == "Quotas of enterprises: 1 fall, 0 rise, 1 stay; together 2,000 → 1,920 tce"
    assert [round(bar.get_width(), 6) for bar in drawn.axes[0].patches] == [0, -8]
    assert "1,000 → 920" in texts(drawn)


def test_prices_of_two_firms(hand: Stages) -> None:
    drawn = figures.prices(hand.rulings, hand.plan, "en")
    assert title(drawn) == "The energy total binds: one more tonne in the pool is worth 0.5 (10⁴ yuan)"
    told = texts(drawn)
    assert "energy total (the pool is not overdrawn)" in told
    assert "impossible" in told  # one tonne less and the project no longer fits


def test_a_binding_intensity_is_told_per_tonne(hand: Stages) -> None:
    rows = hand.plan.constraints.assign(price_left=0.0, price_right=0.0)
    rows.loc[rows["name"] == "county_intensity", ["price_left", "price_right"]] = 0.02
    plan = replace(hand.plan, constraints=rows)
    drawn = figures.prices(hand.rulings, plan, "en")
    assert (
        title(drawn)
        == "The intensity target binds: a tonne (等价) more is worth 0.02 (10⁴ yuan) at the margin"
    )


def test_checks_of_two_firms(hand: Stages) -> None:
    drawn = figures.checks(hand.scenario, hand.verdict, "en")
    assert title(drawn) == f"Checked: all {len(hand.verdict.checks)} checks hold"
    told = texts(drawn)
    assert told.count("✓") == len(hand.verdict.checks)
    assert "✗" not in told
    assert any(text.startswith("recomputed value 828.00 ") for text in told)


def test_a_failed_check_comes_first_and_in_full(hand: Stages) -> None:
    quotas = hand.plan.quotas.assign(
        quota_tce=hand.plan.quotas["quota_tce"] + (hand.plan.quotas["id"] == "A")
    )
    verdict = dc.audit(hand.scenario, replace(hand.plan, quotas=quotas))
    assert verdict.failed
    drawn = figures.checks(hand.scenario, verdict, "en")
    assert title(drawn).startswith(f"The check failed: {len(verdict.failed)} of {len(verdict.checks)} checks")
    signs = [t.get_text() for t in drawn.axes[0].texts if t.get_text() in {"✓", "✗"}]
    assert signs[: len(verdict.failed)] == ["✗"] * len(verdict.failed)
    assert texts(drawn).count("✗") == len(verdict.failed)
    assert "1001" in " ".join(texts(drawn)).replace(",", "")  # what was found at the worst place


# -- any case -----------------------------------------------------------------------------------------------


def test_what_enters_the_pool_leaves_it_or_is_reserve(any_case: Stages) -> None:
    ledger = any_case.plan.ledger
    steps = pool_steps(ledger)
    assert sum(step.tce for step in steps) == 0
    given = ledger.loc[ledger["note"] == "project", "tce"].sum()
    paid = ledger.loc[ledger["note"] == "project_earmark", "tce"].sum()
    assert sum(-step.tce for step in steps if step.note == "project") == given + paid
    kept = any_case.plan.summary["reserve_tce"] + any_case.plan.summary["earmark_left_tce"]
    assert sum(-step.tce for step in steps if step.note == "reserve") == kept


def test_no_candidate_is_left_out(any_case: Stages) -> None:
    table = candidates(any_case.rulings, any_case.plan)
    assert sorted(table["project_id"]) == sorted(any_case.plan.projects["project_id"])
    ratios = table["per_tce"].dropna()
    assert ratios.is_monotonic_decreasing
    assert (table["tce_eq"][table["per_tce"].isna()] <= 0).all()


@pytest.mark.slow
def test_a_net_seller_of_power_is_listed_and_not_drawn(real: Stages) -> None:
    table = candidates(real.rulings, real.plan)
    sellers = table[table["tce_eq"] < 0]
    assert len(sellers)  # the power station
    told = texts(figures.merit_order(real.rulings, real.plan, "en"))
    assert told.count("*") == len(sellers)
    assert any(text.startswith("* sells power") for text in told)


@pytest.mark.slow
def test_what_does_not_fit_is_counted(real: Stages) -> None:
    constraints = pd.concat(
        [real.plan.constraints.assign(index=lambda c, k=k: c["index"] + f"_{k}") for k in range(10)],
        ignore_index=True,
    )
    held = binding(constraints)
    assert len(held) > 22
    told = texts(figures.prices(real.rulings, replace(real.plan, constraints=constraints), "en"))
    assert any(f"{len(held) - 22} more are not shown" in text for text in told)
    many = pd.concat(
        [real.plan.quotas.assign(id=lambda q, k=k: q["id"] + f"_{k}") for k in range(2)], ignore_index=True
    )
    units = int((many["kind"] == "unit").sum())
    told = texts(figures.before_after(real.rulings, replace(real.plan, quotas=many), "en"))
    assert any(f"{units - 40} smaller enterprises" in text for text in told)


@pytest.mark.slow
def test_relaxable_constraints_come_first_then_the_dearest(real: Stages) -> None:
    held = binding(real.plan.constraints)
    assert held["relaxable"].is_monotonic_decreasing
    for _, group in held.groupby("relaxable"):
        assert group["top"].is_monotonic_decreasing
    assert (held["top"] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_check_has_a_short_name_of_its_own(real: Stages, lang: Language) -> None:
    names = [check_name(check, Speech(lang, "any")) for check in real.verdict.checks]
    assert all(5 <= width_of(name) <= 100 for name in names), names
    assert len(set(names)) == len(names)
    assert not any(sign in name for name in names for sign in "{}\0")


@pytest.mark.parametrize(
    ("name", "readme"),
    [
        ("overview.png", "README.md"), ("overview.zh.png", "README.zh.md"), ("report.png", "README.md"),
        ("report.zh.png", "README.zh.md"), ("plan.png", "README.md"), ("plan.png", "README.zh.md"),
    ],
)  # fmt: skip
def test_the_readme_shows_a_picture_of_the_result(repository: Path, name: str, readme: str) -> None:
    image = (repository / "docs" / "img" / name).read_bytes()
    assert image.startswith(b"\x89PNG")
    assert len(image) < 200_000
    assert f"(docs/img/{name})" in (repository / readme).read_text(encoding="utf-8")


# -- colours ------------------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes 2009: full protanopia, deuteranopia, tritanopia on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deutan": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritan": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _lab(colour: str, blindness: np.ndarray) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ratio = XYZ @ np.clip(blindness @ linear, 0, 1) / (XYZ @ np.ones(3))
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _together() -> Iterator[tuple[str, str]]:
    """Colours that a reader must tell apart in one figure."""
    from dualcontrol.figures_budget import _DECISIONS, _FLOWS
    from dualcontrol.figures_inputs import _BASIS_COLOURS, _LOSSES

    change = [picture.BLUE, picture.RED, picture.GREY]
    groups = ([d[1] for d in _DECISIONS], [f[1] for f in _FLOWS], list(_BASIS_COLOURS.values()),
              [c for _, c in _LOSSES], change)  # fmt: skip
    for group in groups:
        yield from ((a, b) for k, a in enumerate(group) for b in group[k + 1 :])


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colours_are_told_apart_by_everyone(blindness: str) -> None:
    # a distance of 2.3 is just noticeable; neighbours in a figure should be far from that
    close = {
        pair: round(float(np.linalg.norm(_lab(pair[0], m) - _lab(pair[1], m))), 1)
        for m in [BLINDNESS[blindness]]
        for pair in _together()
        if np.linalg.norm(_lab(pair[0], m) - _lab(pair[1], m)) < 12
    }
    assert close == {}
