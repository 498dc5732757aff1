"""Tables of tariffs, process emissions, grid factors and water norms, and the columns other tables have for them."""

from dualcontrol.model.columns import Column, Table, choice, id_column, number, ref, text

TARIFF_KINDS = ("differential", "step", "own_plant")

# how a carrier's emission factor comes about: NCV x CC x OF x 44/12 (3.3.3a)
CARRIER_COLUMNS = (
    number("ncv_gj_per_unit", "低位发热量", "net calorific value", "GJ/unit", required=False),
    number("carbon_t_per_gj", "单位热值含碳量", "carbon per heat", "tC/GJ", required=False),
    number("oxidation_share", "碳氧化率", "share oxidised", "share", hi=1.0, required=False),
    number(
        "indirect_co2_t_per_unit",
        "外购热力间接排放因子",
        "CO2 of bought heat, told beside the account and never in it",
        "t/unit",
        required=False,
        default=0.0,
    ),
)
UNIT_COLUMNS = (
    choice(
        "industry_class",
        "产业结构类别",
        "class of the industry catalogue (3.2.4)",
        "encouraged",
        "allowed",
        "restricted",
        "eliminated",
        default="allowed",
    ),
    number(
        "own_plant_mwh",
        "自备电厂自用电量（基年）",
        "electricity used from the own power plant, base year (3.2.4)",
        "MWh",
        required=False,
        default=0.0,
    ),
    number(
        "co2_budget_t",
        "碳排放预算",
        "carbon budget: direct, process, electricity and heat bought (3.3.3a)",
        "t",
        required=False,
    ),
    number(
        "co2_intensity_reduction",
        "碳排放强度下降目标",
        "reduction of carbon per value added on the base year (3.3.3a)",
        "share",
        lo=None,
        hi=1.0,
        required=False,
    ),
)
PRODUCT_COLUMNS = (
    number(
        "electricity_kwh_per_unit",
        "单位产品电耗",
        "electricity per unit of product (3.2.4); default: the figure in kWh/t, else all the unit uses",
        "kWh/unit",
        required=False,
    ),
)
WATER_KEY = ref("water_key", "用水定额条目", "water norm (3.3.4b)", "water_norms", required=False)

CARBON_TABLES = (
    Table(
        "tariffs",
        "绿色电价",
        "green electricity tariffs (3.2.4)",
        (
            id_column("电价条目", "tariff id", "tariff_id"),
            text("name", "名称", "name"),
            choice(
                "kind",
                "类别",
                "differential (by class), step (by electricity per product), own_plant (on own generation used)",
                *TARIFF_KINDS,
            ),
            ref("sector_id", "行业", "only this sector", "sectors", required=False),
            ref("benchmark_key", "限额条目", "only products of this line", "benchmarks", required=False),
            choice(
                "industry_class",
                "产业结构类别",
                "only this class of the industry catalogue",
                "any",
                "encouraged",
                "allowed",
                "restricted",
                "eliminated",
                default="any",
            ),
            number("yuan_per_kwh", "加价标准", "surcharge; of a step tariff: per step", "yuan/kWh", hi=10.0),
            number(
                "threshold_kwh", "分档基准", "no surcharge up to", "kWh/unit", required=False, default=0.0
            ),
            number(
                "step_kwh", "每档", "size of a step; what is less counts as one", "kWh/unit", required=False
            ),
            number(
                "renewable_share_free",
                "可再生占比起点",
                "share of renewables above which the surcharge falls",
                "share",
                hi=1.0,
                required=False,
            ),
            number(
                "relief_per_point",
                "每百分点降低",
                "share of the surcharge that falls per whole percentage point",
                "share",
                hi=1.0,
                required=False,
                default=0.0,
            ),
            number("multiplier", "年度倍数", "multiplier of the year", "ratio", required=False, default=1.0),
            Column("effective_from", "date", "生效日期", "in force from"),
        ),
        ("tariff_id", "effective_from"),
    ),
    Table(
        "process_emissions",
        "过程排放",
        "process emissions (3.3.3a): what explains or replaces process_co2_t",
        (
            ref("owner_id", "对象", "unit or project", "units", "projects"),
            text("item", "产品或物料", "product or material"),
            choice(
                "kind",
                "算法",
                "factor (t CO2 per unit); carbon_in, carbon_out (t C per unit, of a carbon balance, x 44/12)",
                "factor",
                "carbon_in",
                "carbon_out",
            ),
            number("quantity", "数量", "quantity, base year or full year", "unit"),
            number("factor", "系数", "t CO2 or t C per unit of quantity", "t/unit"),
        ),
        ("owner_id", "item", "kind"),
    ),
    Table(
        "grid_factors",
        "电网排放因子",
        "emission factors of grids by region and year (3.3.3a)",
        (
            id_column("因子编号", "factor id", "factor_id"),
            text("region", "区域", "region"),
            Column("year", "integer", "年份", "year it describes", minimum=2000, maximum=2100),
            number("co2_t_per_mwh", "排放因子", "CO2 per MWh", "t/MWh"),
            Column("published_on", "date", "发布日期", "published on", required=False),
        ),
        ("factor_id",),
    ),
    Table(
        "water_norms",
        "用水定额",
        "water per product (3.3.4b)",
        (
            id_column("定额条目", "norm key", "water_key"),
            text("product", "产品", "product"),
            number("general_m3", "通用值", "general value", "m3/unit"),
            number("advanced_m3", "先进值", "advanced value", "m3/unit"),
        ),
        ("water_key",),
    ),
)
