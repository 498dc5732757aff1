"""Every input table of a scenario: columns, units, bounds, Chinese and English headings, in one place.

The reader, the data dictionary, the fill-in template and the messages are all driven by `TABLES`; a column is
described nowhere else. Ids are text. Shares are fractions. Money is 万元 (10,000 yuan). `tce` is 当量
(calorific value), `tce_eq` 等价 (equivalent value).
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "ref", "text", "number", "integer", "flag", "choice", "date"]
ELECTRICITY = "electricity"
MEASURES = ("intensity", "total", "carbon")


@dataclass(frozen=True)
class Column:
    """One column: its kind, unit, domain and what it means.

    `refers_to` names the tables whose key the value must occur in (one of them is enough). A column that is not
    `required` may be left empty and then takes `default` (None = missing).
    """

    name: str
    kind: Kind
    zh: str
    en: str
    unit: str = ""
    required: bool = True
    default: object = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One CSV file `<name>.csv`: its columns (provenance columns are added) and its primary key."""

    name: str
    zh: str
    en: str
    own_columns: tuple[Column, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", self.own_columns + PROVENANCE)

    def column(self, name: str) -> Column:
        """The column called `name`. KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def _id(zh: str, en: str, name: str) -> Column:
    return Column(name, "id", zh, en)


def _ref(name: str, zh: str, en: str, *tables: str, required: bool = True) -> Column:
    return Column(name, "ref", zh, en, required=required, refers_to=tables)


def _text(name: str, zh: str, en: str, required: bool = True, default: str | None = None) -> Column:
    return Column(name, "text", zh, en, required=required, default=default)


def _num(name: str, zh: str, en: str, unit: str, *, lo: float | None = 0.0, hi: float | None = None,
         required: bool = True, default: float | None = None) -> Column:
    return Column(name, "number", zh, en, unit, required, default, lo, hi)


def _flag(name: str, zh: str, en: str, default: bool = False) -> Column:
    return Column(name, "flag", zh, en, required=False, default=default)


def _choice(name: str, zh: str, en: str, *choices: str, default: str | None = None) -> Column:
    return Column(name, "choice", zh, en, required=default is None, default=default, choices=choices)


BASES = ("measured", "published", "standard", "recalled", "estimated")
PROVENANCE = (
    _text("source", "来源", "where the row comes from"),
    _choice("basis", "依据类别", "how sure the row is", *BASES),
    _text("derivation", "推算过程", "how the figures were derived", required=False, default=""),
)
REVIEW = _choice("review", "节能审查", "energy-saving review", "approved", "exempt", "pending", "missing",
                 default="approved")
CONDUCT = _choice("conduct", "节能失信状态", "energy-saving conduct", "normal", "noticed", "warned", "serious",
                  default="normal")
USES = ("fuel", "feedstock", "conversion_in", "conversion_out")
SPECIFIC_UNITS = ("kgce/t", "kgce/m2", "kWh/t", "gce/kWh")


def _energy(owner: str, table: str, zh: str, en: str, when_zh: str, when_en: str) -> Table:
    return Table(
        f"{owner}_energy", zh, en,
        (
            _ref(f"{owner}_id", "编号", "owner", table),
            _ref("carrier_id", "能源品种", "carrier", "carriers"),
            _choice("use", "用途", "use: fuel and power, feedstock, conversion input or output", *USES),
            _num("quantity", f"实物量（{when_zh}）", f"physical quantity, {when_en}", "carrier unit"),
        ),
        (f"{owner}_id", "carrier_id", "use"),
    )


def _specific(required: bool) -> tuple[Column, ...]:
    return (
        _num("specific_energy", "单位产品能耗", "energy per unit of product", "specific_unit", required=required),
        Column("specific_unit", "choice", "单耗单位", "unit of energy per product", required=required,
               choices=SPECIFIC_UNITS),
        _ref("benchmark_key", "限额标准条目", "benchmark line", "benchmarks", required=False),
    )


_TABLES = (
    Table("sectors", "行业", "sectors", (
        _id("行业编号", "sector id", "sector_id"),
        _text("name", "行业名称", "name"),
        _flag("is_high_energy", "高耗能行业", "high-consuming sector (3.1.1, 3.2.1d)"),
        _flag("is_public_service", "公共电热及民生", "public power, heat, livelihood: 3.3.2c does not apply"),
        _num("intensity_reduction", "行业单耗下降目标", "reduction of energy per value added asked of the sector",
             "share", lo=None, hi=1.0, required=False),
    ), ("sector_id",)),
    Table("carriers", "能源品种", "energy carriers", (
        _id("品种编号", "carrier id", "carrier_id"),
        _text("name", "品种名称", "name"),
        _text("unit", "计量单位", "unit of quantity (electricity: MWh)"),
        _num("tce_per_unit", "折标系数（当量）", "standard coal per unit, calorific", "tce/unit"),
        _num("co2_t_per_unit", "排放因子", "CO2 per unit burnt; 0 for electricity and heat", "t/unit"),
        _flag("is_fossil", "化石能源", "fossil"),
    ), ("carrier_id",)),
    Table("units", "重点用能单位", "existing units (base year)", (
        _id("单位编号", "unit id", "unit_id"),
        _text("name", "企业名称", "name"),
        _ref("sector_id", "行业", "sector", "sectors"),
        _text("credit_code", "统一社会信用代码", "credit code, 18 characters", required=False, default=""),
        _num("value_added_wan_yuan", "工业增加值（基年）", "value added, base year, 2020 prices", "万元", lo=None),
        _num("activity_min", "技术最低负荷", "technology floor of activity, base year = 1", "share", default=0.0,
             required=False),
        _num("activity_max", "产能上限", "ceiling of activity, base year = 1", "share", default=1.0, required=False),
        _num("process_co2_t", "过程排放（基年）", "process emissions, base year", "t", required=False, default=0.0),
        _flag("is_three_high", "三高", "three-high (3.3.1a)"),
        _flag("is_leader", "能效领跑者", "efficiency leader (3.3.1c)"),
        _flag("is_green_factory", "绿色工厂", "green factory (3.3.3d)"),
        _flag("is_retired", "计划年前已淘汰", "retired before the plan year (3.2.1b)"),
        REVIEW, CONDUCT,
        _num("self_pv_base_mwh", "自用光伏（基年）", "self-used PV, base year", "MWh", required=False, default=0.0),
        _num("self_pv_max_mwh", "自用光伏（计划年上限）", "self-used PV, plan year ceiling", "MWh", required=False,
             default=0.0),
        _num("self_pv_cost_yuan_per_mwh", "新增自用光伏年化成本", "yearly cost of added self-used PV", "yuan/MWh",
             required=False, default=0.0, lo=None),
        _num("green_base_mwh", "绿电消纳（基年）", "renewable electricity bought, base year", "MWh", required=False,
             default=0.0),
        _num("green_max_mwh", "绿电消纳（计划年上限）", "renewable electricity to be had, plan year", "MWh",
             required=False, default=0.0),
        _num("green_premium_yuan_per_mwh", "绿电溢价", "extra price of green electricity", "yuan/MWh",
             required=False, default=0.0, lo=None),
    ), ("unit_id",)),
    _energy("unit", "units", "企业分品种用能", "energy use of units by carrier", "基年", "base year"),
    Table("unit_history", "企业历史用能", "earlier years of units", (
        _ref("unit_id", "单位编号", "unit", "units"),
        Column("year", "integer", "年份", "year", minimum=2000, maximum=2100),
        _num("counted_tce", "计入总量的能耗", "counted energy", "tce"),
        _num("output", "产量", "output in the unit's own measure", "own unit", required=False),
    ), ("unit_id", "year")),
    Table("products", "产品单耗", "products and energy per product (base year)", (
        _ref("unit_id", "单位编号", "unit", "units"),
        _text("product", "产品", "product"),
        _num("output", "产量", "output, base year", "output_unit"),
        _choice("output_unit", "产量单位", "unit of output", "t", "m2", "MWh"),
        *_specific(required=False),
    ), ("unit_id", "product")),
    Table("benchmarks", "单位产品能耗限额", "benchmark lines of energy per product", (
        _id("限额条目", "benchmark key", "benchmark_key"),
        _choice("level", "水平", "advanced, access or limit value", "advanced", "access", "limit"),
        _choice("scope", "层级", "national or regional standard", "national", "regional"),
        _num("value", "限额值", "energy per unit of product", "unit"),
        _choice("unit", "单位", "unit", *SPECIFIC_UNITS),
        _text("boundary", "统计边界", "what the figure includes"),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("benchmark_key", "level", "scope", "effective_from")),
    Table("projects", "拟新增项目", "candidate projects (full year, full load)", (
        _id("项目编号", "project id", "project_id"),
        _text("name", "项目名称", "name"),
        _ref("sector_id", "行业", "sector", "sectors", required=False),
        _ref("unit_id", "建设单位", "existing unit that builds it", "units", required=False),
        _num("value_added_wan_yuan", "增加值（达产年）", "value added, full year", "万元", lo=None),
        _num("annual_cost_wan_yuan", "年化成本", "yearly cost if admitted", "万元", lo=None, required=False,
             default=0.0),
        Column("start_month", "integer", "投产月份", "first month of operation; 13 = after the plan year",
               required=False, default=1, minimum=1, maximum=13),
        _num("load_min", "最低负荷", "least load if admitted", "share", hi=1.0, required=False, default=1.0),
        _num("load_max", "最高负荷", "full load", "share", hi=1.0, required=False, default=1.0),
        _flag("is_divisible", "可分割", "may be admitted in part (no yes/no decision)"),
        _flag("is_industrial", "工业项目", "industrial project (3.2.3b)", default=True),
        _flag("is_in_park", "位于合规园区", "inside a compliant park (3.2.3b)", default=True),
        _flag("is_two_high", "两高", "two-high (3.2.3a)"),
        _choice("industry_class", "产业结构类别", "class of the industry catalogue", "encouraged", "allowed",
                "restricted", "eliminated", default="allowed"),
        _flag("is_three_high", "三高", "three-high (3.3.1a)"),
        _flag("is_quota_approved", "已获能耗指标批复", "has an explicit quota approval (3.2.3d)"),
        _flag("is_national", "国家单列", "set aside nationally"),
        _flag("is_chain_extending", "延链补链", "chain-extending (3.2.3e)"),
        REVIEW, CONDUCT,
        *_specific(required=False),
        _ref("restricted_key", "限制新增产能条目", "restricted capacity line", "restricted_capacity", required=False),
        _num("capacity", "新增产能", "new capacity", "own unit", required=False, default=0.0),
        _num("replaced_capacity", "置换产能", "capacity given up in the region", "own unit", required=False, default=0.0),
        _num("replaced_energy_tce", "置换能耗", "energy given up in the region", "tce", required=False, default=0.0),
        _num("process_co2_t", "过程排放", "process emissions, full year", "t", required=False, default=0.0),
        _num("investment_wan_yuan", "总投资", "investment", "万元", required=False),
        _num("land_mu", "用地", "land", "mu", required=False),
        _num("output_value_wan_yuan", "产值", "gross output", "万元", required=False),
        _num("profit_wan_yuan", "利润", "profit", "万元", lo=None, required=False),
        _num("tax_wan_yuan", "税收", "tax", "万元", lo=None, required=False),
        _num("jobs", "就业", "jobs", "persons", required=False),
    ), ("project_id",)),
    _energy("project", "projects", "项目分品种用能", "energy use of projects by carrier", "达产年", "full year"),
    Table("restricted_capacity", "限制新增产能", "capacity that may grow only against replacement (3.2.3e)", (
        _id("条目编号", "key", "restricted_key"),
        _text("name", "名称", "name"),
        _num("capacity_ratio", "产能置换比", "capacity to give up per unit of new capacity", "ratio"),
        _num("energy_ratio", "能耗置换比", "energy to give up per tce of new energy", "ratio"),
        _choice("exempt_if", "豁免条件", "what exempts a project", "none", "national", "chain", "national_or_chain",
                default="none"),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("restricted_key",)),
    Table("measures", "节能措施", "saving measures of units", (
        _id("措施编号", "measure id", "measure_id"),
        _text("name", "措施名称", "name"),
        _ref("unit_id", "单位编号", "unit", "units"),
        _ref("carrier_id", "节约品种", "carrier saved", "carriers"),
        _num("saving_quantity", "年节约实物量", "quantity saved in a full year at base activity", "carrier unit"),
        _num("annual_cost_wan_yuan", "年化成本", "yearly cost if adopted", "万元", lo=None),
        Column("start_month", "integer", "生效月份", "first month in effect", required=False, default=1, minimum=1,
               maximum=13),
        _num("realised_share", "实现率", "share of the saving that is realised", "share", hi=1.0, required=False,
             default=1.0),
    ), ("measure_id",)),
    Table("society", "全社会用能", "society lines", (
        _id("条目编号", "line id", "line_id"),
        _text("name", "领域", "name"),
        _text("department", "责任部门", "department in charge", required=False, default=""),
        _num("base_fuel_tce", "基年燃料", "fuels, base year", "tce"),
        _num("base_electricity_mwh", "基年用电", "electricity, base year", "MWh"),
        _num("plan_fuel_tce", "计划年燃料", "fuels needed, plan year", "tce"),
        _num("plan_electricity_mwh", "计划年用电", "electricity needed, plan year", "MWh"),
        _num("co2_t_per_fuel_tce", "燃料排放因子", "CO2 per tce of fuels", "t/tce"),
        _num("floor_share", "保底比例", "share of the need that is protected", "share", hi=1.0, required=False,
             default=1.0),
        _num("shortfall_wan_yuan_per_tce", "缺口代价", "price of a tce not served", "万元/tce", required=False,
             default=10.0),
    ), ("line_id",)),
    Table("gdp", "未建模增加值", "value added outside the modelled units", (
        _id("条目编号", "item id", "item_id"),
        _text("name", "名称", "name"),
        _num("base_wan_yuan", "基年", "base year, 2020 prices", "万元", lo=None),
        _num("growth", "增速", "real growth to the plan year", "share", lo=-1.0),
    ), ("item_id",)),
    Table("power", "电力平衡", "yearly electricity balance of the county", (
        _choice("item", "项目", "item", "non_fossil_generation", "non_fossil_local", "losses"),
        _num("base_mwh", "基年", "base year", "MWh"),
        _num("plan_mwh", "计划年", "plan year", "MWh"),
    ), ("item",)),
    Table("exclusions", "扣减规则", "which energy is not counted for which measure from when", (
        _choice("kind", "扣减对象", "what is excluded", "feedstock", "self_pv", "excess_renewable"),
        _choice("measure", "考核口径", "for which measure", *MEASURES),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("kind", "measure")),
    Table("adjustments", "基数调整", "adjustments of opening quotas", (
        _id("调整编号", "adjustment id", "adjustment_id"),
        _ref("unit_id", "单位编号", "unit", "units"),
        Column("tce", "integer", "调整量", "tonnes added (+) or taken (-)", "tce"),
        _text("reason", "理由", "reason"),
        _text("document", "依据文件", "document"),
        _text("approved_by", "批准人", "approved by"),
    ), ("adjustment_id",)),
    Table("decisions", "领导决定", "decisions of leaders", (
        _id("决定编号", "decision id", "decision_id"),
        _ref("target_id", "对象", "unit or project decided on", "units", "projects"),
        _choice("what", "事项", "quota in tce, or admission 0/1", "quota_tce", "admitted"),
        _choice("kind", "方式", "fixed, at least, at most", "fixed", "min", "max"),
        _num("value", "数值", "value", "tce or 0/1"),
        _text("document", "依据文件", "document"),
        Column("date", "date", "日期", "date"),
    ), ("decision_id",)),
    Table("resources", "其他资源预算", "budgets beyond energy", (
        _id("资源编号", "resource id", "resource_id"),
        _text("name", "名称", "name"),
        _text("unit", "单位", "unit"),
        _num("budget", "预算", "budget", "unit"),
    ), ("resource_id",)),
    Table("resource_use", "资源占用", "use of resources at base activity or full load", (
        _ref("resource_id", "资源编号", "resource", "resources"),
        _ref("owner_id", "对象", "unit or project", "units", "projects"),
        _num("use", "占用量", "use", "unit"),
    ), ("resource_id", "owner_id")),
    Table("evaluation", "综合评价指标", "indicators of the comprehensive evaluation (3.2.3c)", (
        _choice("indicator", "指标", "indicator", "specific_energy", "energy_per_output", "output_per_mu",
                "profit_per_mu", "tax_per_mu", "jobs_per_100_mu", "energy_per_value_added"),
        _num("weight", "权重", "weight", "points"),
        _num("benchmark", "基准值", "benchmark (specific energy: from the benchmark line)", "own unit",
             required=False),
        _num("cap", "上限倍数", "cap of the ratio to the benchmark", "ratio", required=False, default=1.5),
    ), ("indicator",)),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
