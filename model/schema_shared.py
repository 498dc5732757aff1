"""Columns that units and projects share: review, conduct, energy by carrier, energy per product."""

from dualcontrol.model.columns import Column, Table, choice, number, ref, text

REVIEW = choice(
    "review",
    "节能审查",
    "energy-saving review",
    "approved",
    "exempt",
    "pending",
    "missing",
    default="approved",
)
REVIEW_LEVELS = ("none", "banner", "city", "province", "national")  # who reviews, lowest first (3.2.2c)
REVIEW_LEVEL = Column(
    "review_level",
    "choice",
    "节能审查机关级别",
    "who approved the review (3.2.2c); empty = not stated, taken as adequate",
    required=False,
    default="",
    choices=REVIEW_LEVELS,
)
CONDUCT = choice(
    "conduct",
    "节能失信状态",
    "energy-saving conduct",
    "normal",
    "noticed",
    "warned",
    "serious",
    default="normal",
)
CONDUCT_DATES = (
    Column("conduct_since", "date", "失信认定日期", "date of the record (3.2.5)", required=False),
    Column(
        "corrected_on", "date", "整改完成日期", "date the correction was accepted (3.2.5)", required=False
    ),
    Column("repaired_on", "date", "信用修复日期", "repaired from, where decided (3.2.5)", required=False),
)
RED_LINE = text(
    "red_line",
    "一票否决事项",
    "red line crossed (environment, water, safety) with its document: grade D outright (A1)",
    required=False,
    default="",
)


def performance_columns() -> tuple[Column, ...]:
    """Figures the comprehensive evaluation is formed of, per year (3.2.3c, 3.3.2a)."""
    return (
        number("land_mu", "用地", "land", "mu", required=False),
        number("output_value_wan_yuan", "产值", "gross output", "万元", required=False),
        number("profit_wan_yuan", "利润", "profit", "万元", lo=None, required=False),
        number("tax_wan_yuan", "税收", "tax", "万元", lo=None, required=False),
        number("jobs", "就业", "jobs", "persons", required=False),
        RED_LINE,
    )


USES = ("fuel", "feedstock", "conversion_in", "conversion_out")
SPECIFIC_UNITS = ("kgce/t", "kgce/m2", "kWh/t", "gce/kWh")


def energy_table(owner: str, table: str, zh: str, en: str, when_zh: str, when_en: str) -> Table:
    """The table of energy by carrier and use of `owner` (unit or project), rows of `table`, in carrier units."""
    return Table(
        f"{owner}_energy",
        zh,
        en,
        (
            ref(f"{owner}_id", "编号", "owner", table),
            ref("carrier_id", "能源品种", "carrier", "carriers"),
            choice("use", "用途", "use: fuel and power, feedstock, conversion input or output", *USES),
            number("quantity", f"实物量（{when_zh}）", f"physical quantity, {when_en}", "carrier unit"),
        ),
        (f"{owner}_id", "carrier_id", "use"),
    )


def specific_columns(required: bool) -> tuple[Column, ...]:
    """Energy per unit of product, its unit, and the benchmark line it is held against."""
    return (
        number(
            "specific_energy",
            "单位产品能耗",
            "energy per unit of product",
            "specific_unit",
            required=required,
        ),
        Column(
            "specific_unit",
            "choice",
            "单耗单位",
            "unit of energy per product",
            required=required,
            choices=SPECIFIC_UNITS,
        ),
        ref("benchmark_key", "限额标准条目", "benchmark line", "benchmarks", required=False),
    )
