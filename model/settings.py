"""`scenario.toml` as frozen settings: every key, its unit, default and the clause it serves.

Unknown keys are refused (`extra="forbid"`); the reader adds the nearest known key as a suggestion. The type of
a custom error is the rule under which the reader reports it.
Shares are fractions, money 万元, energy tce (当量) unless the name ends in `_eq` (等价).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=120)]
Rate = Annotated[float, Field(gt=-1.0, lt=1.0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Targets(_Section):
    """What is set from above (2.1, 3.2.1a–b, 1.b). Absent target = that row does not exist."""

    manage_total: bool = Field(True, description="the energy total is managed through the pool (3.2.1b)")
    increment_tce_eq: Amount | None = Field(None, description="new increment given from above, 等价 tce")
    gdp_growth: Rate | None = Field(
        None, description="growth used to derive the increment when none is given"
    )
    intensity_reduction: Rate | None = Field(None, description="reduction of energy per GDP on the base year")
    overshoot_max_share: Share = Field(
        0.0, description="elastic band above the total, share of the base total (1.b)"
    )
    overshoot_price_wan_yuan_per_tce: Amount = Field(0.0, description="price of a tce of the band")
    waiver_document: str | None = Field(
        None, description="the city's letter that grants the waiver of the total (1.b)"
    )
    incentive_intensity_reduction: Rate | None = Field(None, description="reduction that earns the waiver")
    co2_budget_t: Amount | None = Field(None, description="carbon budget of the county (3.2.1a)")
    co2_intensity_reduction: Rate | None = Field(
        None, description="reduction of carbon per GDP on the base year (3.3.3a)"
    )
    fossil_max_share_of_base: Amount | None = Field(
        None, description="most fossil fuel, share of the base year's, 当量 (2.3)"
    )
    local_renewable_share_min: Share | None = Field(
        None, description="least share of local non-fossil electricity in the electricity used (2.3)"
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Targets":
        if self.waiver_document and self.incentive_intensity_reduction is None:
            raise PydanticCustomError(
                "waiver_needs_incentive", "waiver_document needs incentive_intensity_reduction"
            )
        if (
            self.manage_total
            and self.increment_tce_eq is None
            and (self.gdp_growth is None or self.intensity_reduction is None)
        ):
            raise PydanticCustomError(
                "total_needs_increment",
                "manage_total needs increment_tce_eq, or gdp_growth and intensity_reduction to derive it",
            )
        return self


class Accounting(_Section):
    """How energy and carbon are counted (3.3.4a, 3.3.3a–c)."""

    k_eq_tce_per_mwh: Amount = Field(0.3000, description="equivalent value of electricity, tce per MWh")
    primary_electricity: Literal["eq", "physical"] = Field(
        "eq", description="non-fossil electricity counted at"
    )
    grid_co2_t_per_mwh: Amount = Field(0.5810, description="emission factor of net inflow of electricity")
    grid_factor: str | None = Field(
        None, description="row of grid_factors that takes the place of grid_co2_t_per_mwh (3.3.3a)"
    )
    renewable_share_required: Share = Field(
        0.0, description="required share of renewable electricity (3.3.3c)"
    )


class Policy(_Section):
    """Parameters the plan leaves open, by clause."""

    base_method: Literal["last_year", "mean_of_three", "output_adjusted"] = "last_year"
    benchmark_tce_per_wan_yuan: Amount | None = Field(
        None, description="banner's benchmark intensity; default: mean of the modelled units"
    )
    cut_phase_share: Share = Field(
        1.0, description="share of the gap to the advanced value cut this year (3.3.1b)"
    )
    release_phase_share: Share = Field(1.0, description="share of the excess released this year (3.3.2c)")
    max_release_share: Share = Field(0.03, description="most released in a year, share of the base (3.3.2c)")
    max_cut_share: Share = Field(0.05, description="most taken by 3.2.1c in a year, share of the base")
    allowance_share: Share = Field(0.05, description="relaxation above the base for efficient units (3.3.2b)")
    leader_bonus_share: Share = Field(0.01, description="bonus of efficiency leaders (3.3.1c)")
    green_factory_bonus_share: Share = Field(0.01, description="bonus of green factories (3.3.3d)")
    upgrade_bonus_share: Share = Field(
        0.2,
        description="bonus per value added gained by a capacity replacement, share of the energy replaced (3.3.2d)",
    )
    upgrade_bonus_max_share: Share = Field(
        0.1, description="most bonus of a capacity replacement, share of the energy replaced (3.3.2d)"
    )
    accepts_declared_replacement: bool = Field(
        True, description="a replacement counts though its source is not named in replacements.csv (3.2.3e)"
    )
    dishonesty_penalty_share: Share = Field(0.02, description="quota taken for serious dishonesty (3.2.5)")
    headroom_share: Share = Field(0.0, description="headroom stated above planned use, share of use")
    reserve_share: Share = Field(0.0, description="share of the increment kept in reserve")
    quarter_shares: tuple[Share, Share, Share, Share] = Field(
        (0.25, 0.25, 0.25, 0.25), description="quota by quarter"
    )

    @model_validator(mode="after")
    def _quarters(self) -> "Policy":
        if abs(sum(self.quarter_shares) - 1.0) > 1e-9:
            raise PydanticCustomError("quarters_sum", "quarter_shares must sum to 1")
        return self


class Conduct(_Section):
    """Dishonest conduct in energy saving (3.2.5). The regional text is not at hand: assumed, after Hunan and Xinjiang.

    What serious conduct costs is `policy.dishonesty_penalty_share`.
    """

    noticed_penalty_share: Share = Field(
        0.0, description="quota taken from a noticed unit, share of its base"
    )
    warned_penalty_share: Share = Field(
        0.0, description="quota taken from a warned unit, share of its base (3.2.5)"
    )
    noticed_repair_months: Months = Field(0, description="months from correction to repair, noticed (3.2.5)")
    warned_repair_months: Months = Field(6, description="months from correction to repair, warned (3.2.5)")
    serious_repair_months: Months = Field(12, description="months from correction to repair, serious (3.2.5)")


class Agenda(_Section):
    """What the government's standing meeting is shown (3.2.2b), and how it compares (2.2)."""

    threshold_tce: Amount = Field(
        10_000.0, description="matters of so many tce or more come with alternatives (3.2.2b; assumed)"
    )
    most_alternatives: Annotated[int, Field(ge=0)] = Field(
        12, description="most alternatives that are worked out, largest matters first (3.2.2b)"
    )
    simple_rules: bool = Field(True, description="compare with simple rules of division (2.2)")


class EvaluationSettings(_Section):
    """Grades of the comprehensive evaluation (3.2.3c, 3.3.2a, A1): annex 1 is not published, so all is stated here."""

    project_grading: Literal["none", "score", "quantile"] = Field(
        "none", description="grades of candidates: none, by score or by quantile; grade D does not enter (A1)"
    )
    unit_grading: Literal["none", "score", "quantile"] = Field(
        "none", description="grades of existing units, which move what they may be given or lose (3.3.2a)"
    )
    grade_scores: tuple[Amount, Amount, Amount] = Field(
        (85.0, 70.0, 60.0), description="least score of grades A, B, C; below: D"
    )
    grade_shares: tuple[Share, Share, Share] = Field(
        (0.2, 0.6, 0.95),
        description="by quantile: A, B, C as long as fewer than this share of all rank better",
    )
    a_allowance_factor: Annotated[float, Field(ge=1.0, allow_inf_nan=False)] = Field(
        1.5, description="grade A: the allowance of 3.3.2b times this (3.3.2a)"
    )
    weight_change: Share = Field(0.2, description="by how much a weight is changed to test the ranking")
    five_year_increment_tce_eq: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = Field(
        None, description="the county's five-year increment allowance, denominator of the impact ratio m"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "EvaluationSettings":
        scores, shares = self.grade_scores, self.grade_shares
        if list(scores) != sorted(scores, reverse=True) or list(shares) != sorted(shares):
            raise PydanticCustomError(
                "grade_order", "grade_scores must not rise and grade_shares must not fall from A to C"
            )
        return self


class Review(_Section):
    """Who reviews the energy saving of a project (3.2.2c). Source: NDRC order 44 of 2016, document 1310 of 2021."""

    exempt_below_tce: Amount = Field(
        1000.0, description="no separate review below this yearly energy, 当量 tce ..."
    )
    exempt_below_mwh: Amount = Field(5000.0, description="... and below this yearly electricity, MWh")
    province_from_tce: Amount = Field(
        5000.0, description="reviewed by the region (province) from this yearly energy, 当量 tce"
    )
    national_from_tce: Amount = Field(
        50000.0,
        description="two-high: window guidance of the national commission from this yearly energy, 当量 tce",
    )
    between: Literal["banner", "city", "province"] = Field(
        "city", description="who reviews in between, by local rule"
    )
    pending_units_stop: bool = Field(
        False, description="existing units whose review is pending stop like those without one (3.2.2a)"
    )


class TradeSettings(_Section):
    """The market in use rights (A2). Annex 2 is not published: all is assumed, after the pilots; see docs/trade.md."""

    open: bool = Field(False, description="whether use rights may be traded after the plan is issued (A2)")
    reserve_price_wan_yuan_per_tce_eq: Amount = Field(
        0.015, description="least price, 等价 (A2; assumed: 150 yuan, the base price of Shizuishan's pilot)"
    )
    price_cap_wan_yuan_per_tce_eq: Amount = Field(
        0.03, description="greatest price, 等价 (A2; assumed: twice the reserve price)"
    )
    cap_share: Share = Field(
        0.1, description="most an existing unit may buy, share of its base (A2; assumed)"
    )
    county_share: Share = Field(
        0.25,
        description="share of a closure's quota that goes to the county, not to the market (A2; assumed)",
    )
    county_buys_max_tce_eq: Amount = Field(
        0.0, description="most the county buys into its reserve at the reserve price, as the last buyer (A2)"
    )
    county_sells_share: Share = Field(
        0.0,
        description="most the county sells at the greatest price, as the last seller, share of its reserve (A2)",
    )
    validity_years: Annotated[int, Field(ge=1, le=5)] = Field(
        1, description="years a right is good for, paid yearly, never beyond `period_end_year` (A2; assumed)"
    )
    period_end_year: Annotated[int, Field(ge=2000, le=2100)] = Field(
        2025, description="last year of the five-year period; rights end with it (A2; after Zhejiang's pilot)"
    )
    restricted_units: tuple[str, ...] = Field(
        (),
        description="units of the restricted or eliminated class: they buy nothing, sell only what they close (A2)",
    )

    @model_validator(mode="after")
    def _prices(self) -> "TradeSettings":
        if self.reserve_price_wan_yuan_per_tce_eq > self.price_cap_wan_yuan_per_tce_eq:
            raise PydanticCustomError(
                "trade_prices", "the reserve price of trade is above its greatest price"
            )
        return self


class Solve(_Section):
    """How it is solved."""

    score_tolerance_wan_yuan: Amount = Field(
        0.0, description="value given up so that the ranking decides (stage 2)"
    )
    mip_gap: Share = Field(0.0, description="relative gap allowed in stage 1")
    time_limit_s: Annotated[float, Field(gt=0)] = Field(60.0, description="time limit of stage 1")
    relax_integers: bool = Field(False, description="solve the linear relaxation (teaching and checks only)")


class Time(_Section):
    """How the network's year is represented (design §6)."""

    mode: Literal["typical", "year", "none"] = Field(
        "typical",
        description="typical days (a draft), the full year, or none: the yearly electricity table only",
    )
    typical_days: Annotated[int, Field(ge=1, le=60)] = Field(8, description="representative days")
    extreme_days: bool = Field(True, description="add the days of highest load and lowest sun and wind")
    gap: Share = Field(1e-3, description="relative gap of a plan with a network")
    most_evaluations: Annotated[int, Field(ge=1)] = Field(300, description="most evaluations of the year")


class Power(_Section):
    """Parameters of the power network (3.4.3)."""

    missing_hours_yuan_per_mwh: Amount = Field(
        20.0, description="price of a MWh short of the utilisation hours (3.4.3h)"
    )
    shed_yuan_per_mwh: Amount = Field(20_000.0, description="price of unserved load")


class Settings(_Section):
    """A whole `scenario.toml`."""

    title_zh: str
    title_en: str
    region_zh: str = ""
    region_en: str = ""
    inherits: str | None = Field(
        None, description="folder of the scenario this one is based on, relative to its parent"
    )
    nature: Literal["reconstructed", "fictional", "official"] = Field(
        "fictional", description="what the rows are; only official data lose the mark 演示数据·非官方文件"
    )
    base_year: Annotated[int, Field(ge=2000, le=2100)]
    plan_year: Annotated[int, Field(ge=2000, le=2100)]
    as_of: date = Field(description="rules and standards in force on this day apply")
    gdp_base_wan_yuan: Amount | None = Field(None, description="GDP of the base year the rows must add up to")
    counted_base_tce: Amount | None = Field(
        None, description="energy of the modelled units they must add up to, 当量"
    )
    price_base: str = Field("2020", description="price base of value added and GDP")
    disabled_clauses: tuple[str, ...] = Field((), description="clauses switched off, by id")
    targets: Targets
    accounting: Accounting = Accounting()
    policy: Policy = Policy()
    conduct: Conduct = Conduct()
    agenda: Agenda = Agenda()
    evaluation: EvaluationSettings = EvaluationSettings()
    review: Review = Review()
    trade: TradeSettings = TradeSettings()
    solve: Solve = Solve()
    time: Time = Time()
    power: Power = Power()

    @property
    def is_total_managed(self) -> bool:
        """Whether the pool limits the energy total: it does not where clause 3.2.1b is switched off."""
        return self.targets.manage_total and "3.2.1b" not in self.disabled_clauses

    @model_validator(mode="after")
    def _years(self) -> "Settings":
        if self.plan_year < self.base_year:
            raise PydanticCustomError("plan_before_base", "plan_year must not be before base_year")
        return self
