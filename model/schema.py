"""Every input table of a scenario: columns, units, bounds, Chinese and English headings, in one place.

The reader, the data dictionary, the fill-in template and the messages are all driven by `TABLES`; a column is
described nowhere else. Ids are text. Shares are fractions. Money is 万元 (10,000 yuan). `tce` is 当量
(calorific value), `tce_eq` 等价 (equivalent value).
"""

from dualcontrol.model.columns import BASES, PROVENANCE, Column, Table, choice, flag, id_column, number, ref, text
from dualcontrol.model.schema_network import NETWORK_TABLES

__all__ = ["BASES", "ELECTRICITY", "MEASURES", "PROVENANCE", "TABLES", "Column", "Table"]

ELECTRICITY = "electricity"
MEASURES = ("intensity", "total", "carbon")


REVIEW = choice("review", "节能审查", "energy-saving review", "approved", "exempt", "pending", "missing",
                 default="approved")
CONDUCT = choice("conduct", "节能失信状态", "energy-saving conduct", "normal", "noticed", "warned", "serious",
                  default="normal")
USES = ("fuel", "feedstock", "conversion_in", "conversion_out")
SPECIFIC_UNITS = ("kgce/t", "kgce/m2", "kWh/t", "gce/kWh")


def _energy(owner: str, table: str, zh: str, en: str, when_zh: str, when_en: str) -> Table:
    return Table(
        f"{owner}_energy", zh, en,
        (
            ref(f"{owner}_id", "编号", "owner", table),
            ref("carrier_id", "能源品种", "carrier", "carriers"),
            choice("use", "用途", "use: fuel and power, feedstock, conversion input or output", *USES),
            number("quantity", f"实物量（{when_zh}）", f"physical quantity, {when_en}", "carrier unit"),
        ),
        (f"{owner}_id", "carrier_id", "use"),
    )


def _specific(required: bool) -> tuple[Column, ...]:
    return (
        number("specific_energy", "单位产品能耗", "energy per unit of product", "specific_unit", required=required),
        Column("specific_unit", "choice", "单耗单位", "unit of energy per product", required=required,
               choices=SPECIFIC_UNITS),
        ref("benchmark_key", "限额标准条目", "benchmark line", "benchmarks", required=False),
    )


_TABLES = (
    Table("sectors", "行业", "sectors", (
        id_column("行业编号", "sector id", "sector_id"),
        text("name", "行业名称", "name"),
        flag("is_high_energy", "高耗能行业", "high-consuming sector (3.1.1, 3.2.1d)"),
        flag("is_public_service", "公共电热及民生", "public power, heat, livelihood: 3.3.2c does not apply"),
        number("intensity_reduction", "行业单耗下降目标", "reduction of energy per value added asked of the sector",
             "share", lo=None, hi=1.0, required=False),
    ), ("sector_id",)),
    Table("carriers", "能源品种", "energy carriers", (
        id_column("品种编号", "carrier id", "carrier_id"),
        text("name", "品种名称", "name"),
        text("unit", "计量单位", "unit of quantity (electricity: MWh)"),
        number("tce_per_unit", "折标系数（当量）", "standard coal per unit, calorific", "tce/unit"),
        number("co2_t_per_unit", "排放因子", "CO2 per unit burnt; 0 for electricity and heat", "t/unit"),
        flag("is_fossil", "化石能源", "fossil"),
    ), ("carrier_id",)),
    Table("units", "重点用能单位", "existing units (base year)", (
        id_column("单位编号", "unit id", "unit_id"),
        text("name", "企业名称", "name"),
        ref("sector_id", "行业", "sector", "sectors"),
        text("credit_code", "统一社会信用代码", "credit code, 18 characters", required=False, default=""),
        number("value_added_wan_yuan", "工业增加值（基年）", "value added, base year, 2020 prices", "万元", lo=None),
        number("activity_min", "技术最低负荷", "technology floor of activity, base year = 1", "share", default=0.0,
             required=False),
        number("activity_max", "产能上限", "ceiling of activity, base year = 1", "share", default=1.0, required=False),
        number("process_co2_t", "过程排放（基年）", "process emissions, base year", "t", required=False, default=0.0),
        flag("is_three_high", "三高", "three-high (3.3.1a)"),
        flag("is_leader", "能效领跑者", "efficiency leader (3.3.1c)"),
        flag("is_green_factory", "绿色工厂", "green factory (3.3.3d)"),
        flag("is_retired", "计划年前已淘汰", "retired before the plan year (3.2.1b)"),
        REVIEW, CONDUCT,
        number("self_pv_base_mwh", "自用光伏（基年）", "self-used PV, base year", "MWh", required=False, default=0.0),
        number("self_pv_max_mwh", "自用光伏（计划年上限）", "self-used PV, plan year ceiling", "MWh", required=False,
             default=0.0),
        number("self_pv_cost_yuan_per_mwh", "新增自用光伏年化成本", "yearly cost of added self-used PV", "yuan/MWh",
             required=False, default=0.0, lo=None),
        number("green_base_mwh", "绿电消纳（基年）", "renewable electricity bought, base year", "MWh", required=False,
             default=0.0),
        number("green_max_mwh", "绿电消纳（计划年上限）", "renewable electricity to be had, plan year", "MWh",
             required=False, default=0.0),
        number("green_premium_yuan_per_mwh", "绿电溢价", "extra price of green electricity", "yuan/MWh",
             required=False, default=0.0, lo=None),
    ), ("unit_id",)),
    _energy("unit", "units", "企业分品种用能", "energy use of units by carrier", "基年", "base year"),
    Table("unit_history", "企业历史用能", "earlier years of units", (
        ref("unit_id", "单位编号", "unit", "units"),
        Column("year", "integer", "年份", "year", minimum=2000, maximum=2100),
        number("counted_tce", "计入总量的能耗", "counted energy", "tce"),
        number("output", "产量", "output in the unit's own measure", "own unit", required=False),
    ), ("unit_id", "year")),
    Table("products", "产品单耗", "products and energy per product (base year)", (
        ref("unit_id", "单位编号", "unit", "units"),
        text("product", "产品", "product"),
        number("output", "产量", "output, base year", "output_unit"),
        choice("output_unit", "产量单位", "unit of output", "t", "m2", "MWh"),
        *_specific(required=False),
    ), ("unit_id", "product")),
    Table("benchmarks", "单位产品能耗限额", "benchmark lines of energy per product", (
        id_column("限额条目", "benchmark key", "benchmark_key"),
        choice("level", "水平", "advanced, access or limit value", "advanced", "access", "limit"),
        choice("scope", "层级", "national or regional standard", "national", "regional"),
        number("value", "限额值", "energy per unit of product", "unit"),
        choice("unit", "单位", "unit", *SPECIFIC_UNITS),
        text("boundary", "统计边界", "what the figure includes"),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("benchmark_key", "level", "scope", "effective_from")),
    Table("projects", "拟新增项目", "candidate projects (full year, full load)", (
        id_column("项目编号", "project id", "project_id"),
        text("name", "项目名称", "name"),
        ref("sector_id", "行业", "sector", "sectors", required=False),
        ref("unit_id", "建设单位", "existing unit that builds it", "units", required=False),
        number("value_added_wan_yuan", "增加值（达产年）", "value added, full year", "万元", lo=None),
        number("annual_cost_wan_yuan", "年化成本", "yearly cost if admitted", "万元", lo=None, required=False,
             default=0.0),
        Column("start_month", "integer", "投产月份", "first month of operation; 13 = after the plan year",
               required=False, default=1, minimum=1, maximum=13),
        number("load_min", "最低负荷", "least load if admitted", "share", hi=1.0, required=False, default=1.0),
        number("load_max", "最高负荷", "full load", "share", hi=1.0, required=False, default=1.0),
        flag("is_divisible", "可分割", "may be admitted in part (no yes/no decision)"),
        flag("is_industrial", "工业项目", "industrial project (3.2.3b)", default=True),
        flag("is_in_park", "位于合规园区", "inside a compliant park (3.2.3b)", default=True),
        flag("is_two_high", "两高", "two-high (3.2.3a)"),
        choice("industry_class", "产业结构类别", "class of the industry catalogue", "encouraged", "allowed",
                "restricted", "eliminated", default="allowed"),
        flag("is_three_high", "三高", "three-high (3.3.1a)"),
        flag("is_quota_approved", "已获能耗指标批复", "has an explicit quota approval (3.2.3d)"),
        flag("is_national", "国家单列", "set aside nationally"),
        flag("is_chain_extending", "延链补链", "chain-extending (3.2.3e)"),
        REVIEW, CONDUCT,
        *_specific(required=False),
        ref("restricted_key", "限制新增产能条目", "restricted capacity line", "restricted_capacity", required=False),
        number("capacity", "新增产能", "new capacity", "own unit", required=False, default=0.0),
        number("replaced_capacity", "置换产能", "capacity given up in the region", "own unit", required=False, default=0.0),
        number("replaced_energy_tce", "置换能耗", "energy given up in the region", "tce", required=False, default=0.0),
        number("process_co2_t", "过程排放", "process emissions, full year", "t", required=False, default=0.0),
        number("investment_wan_yuan", "总投资", "investment", "万元", required=False),
        number("land_mu", "用地", "land", "mu", required=False),
        number("output_value_wan_yuan", "产值", "gross output", "万元", required=False),
        number("profit_wan_yuan", "利润", "profit", "万元", lo=None, required=False),
        number("tax_wan_yuan", "税收", "tax", "万元", lo=None, required=False),
        number("jobs", "就业", "jobs", "persons", required=False),
    ), ("project_id",)),
    _energy("project", "projects", "项目分品种用能", "energy use of projects by carrier", "达产年", "full year"),
    Table("restricted_capacity", "限制新增产能", "capacity that may grow only against replacement (3.2.3e)", (
        id_column("条目编号", "key", "restricted_key"),
        text("name", "名称", "name"),
        number("capacity_ratio", "产能置换比", "capacity to give up per unit of new capacity", "ratio"),
        number("energy_ratio", "能耗置换比", "energy to give up per tce of new energy", "ratio"),
        choice("exempt_if", "豁免条件", "what exempts a project", "none", "national", "chain", "national_or_chain",
                default="none"),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("restricted_key",)),
    Table("measures", "节能措施", "saving measures of units", (
        id_column("措施编号", "measure id", "measure_id"),
        text("name", "措施名称", "name"),
        ref("unit_id", "单位编号", "unit", "units"),
        ref("carrier_id", "节约品种", "carrier saved", "carriers"),
        number("saving_quantity", "年节约实物量", "quantity saved in a full year at base activity", "carrier unit"),
        number("annual_cost_wan_yuan", "年化成本", "yearly cost if adopted", "万元", lo=None),
        Column("start_month", "integer", "生效月份", "first month in effect", required=False, default=1, minimum=1,
               maximum=13),
        number("realised_share", "实现率", "share of the saving that is realised", "share", hi=1.0, required=False,
             default=1.0),
    ), ("measure_id",)),
    Table("society", "全社会用能", "society lines", (
        id_column("条目编号", "line id", "line_id"),
        text("name", "领域", "name"),
        text("department", "责任部门", "department in charge", required=False, default=""),
        number("base_fuel_tce", "基年燃料", "fuels, base year", "tce"),
        number("base_electricity_mwh", "基年用电", "electricity, base year", "MWh"),
        number("plan_fuel_tce", "计划年燃料", "fuels needed, plan year", "tce"),
        number("plan_electricity_mwh", "计划年用电", "electricity needed, plan year", "MWh"),
        number("co2_t_per_fuel_tce", "燃料排放因子", "CO2 per tce of fuels", "t/tce"),
        number("floor_share", "保底比例", "share of the need that is protected", "share", hi=1.0, required=False,
             default=1.0),
        number("shortfall_wan_yuan_per_tce", "缺口代价", "price of a tce not served", "万元/tce", required=False,
             default=10.0),
    ), ("line_id",)),
    Table("gdp", "未建模增加值", "value added outside the modelled units", (
        id_column("条目编号", "item id", "item_id"),
        text("name", "名称", "name"),
        number("base_wan_yuan", "基年", "base year, 2020 prices", "万元", lo=None),
        number("growth", "增速", "real growth to the plan year", "share", lo=-1.0),
    ), ("item_id",)),
    Table("power", "电力平衡", "yearly electricity balance of the county", (
        choice("item", "项目", "item", "non_fossil_generation", "non_fossil_local", "losses"),
        number("base_mwh", "基年", "base year", "MWh"),
        number("plan_mwh", "计划年", "plan year", "MWh"),
    ), ("item",)),
    Table("exclusions", "扣减规则", "which energy is not counted for which measure from when", (
        choice("kind", "扣减对象", "what is excluded", "feedstock", "self_pv", "excess_renewable"),
        choice("measure", "考核口径", "for which measure", *MEASURES),
        Column("effective_from", "date", "生效日期", "in force from"),
    ), ("kind", "measure")),
    Table("adjustments", "基数调整", "adjustments of opening quotas", (
        id_column("调整编号", "adjustment id", "adjustment_id"),
        ref("unit_id", "单位编号", "unit", "units"),
        Column("tce", "integer", "调整量", "tonnes added (+) or taken (-)", "tce"),
        text("reason", "理由", "reason"),
        text("document", "依据文件", "document"),
        text("approved_by", "批准人", "approved by"),
    ), ("adjustment_id",)),
    Table("decisions", "领导决定", "decisions of leaders", (
        id_column("决定编号", "decision id", "decision_id"),
        ref("target_id", "对象", "unit or project decided on", "units", "projects"),
        choice("what", "事项", "quota in tce, or admission 0/1", "quota_tce", "admitted"),
        choice("kind", "方式", "fixed, at least, at most", "fixed", "min", "max"),
        number("value", "数值", "value", "tce or 0/1"),
        text("document", "依据文件", "document"),
        Column("date", "date", "日期", "date"),
    ), ("decision_id",)),
    Table("resources", "其他资源预算", "budgets beyond energy", (
        id_column("资源编号", "resource id", "resource_id"),
        text("name", "名称", "name"),
        text("unit", "单位", "unit"),
        number("budget", "预算", "budget", "unit"),
    ), ("resource_id",)),
    Table("resource_use", "资源占用", "use of resources at base activity or full load", (
        ref("resource_id", "资源编号", "resource", "resources"),
        ref("owner_id", "对象", "unit or project", "units", "projects"),
        number("use", "占用量", "use", "unit"),
    ), ("resource_id", "owner_id")),
    Table("evaluation", "综合评价指标", "indicators of the comprehensive evaluation (3.2.3c)", (
        choice("indicator", "指标", "indicator", "specific_energy", "energy_per_output", "output_per_mu",
                "profit_per_mu", "tax_per_mu", "jobs_per_100_mu", "energy_per_value_added"),
        number("weight", "权重", "weight", "points"),
        number("benchmark", "基准值", "benchmark (specific energy: from the benchmark line)", "own unit",
             required=False),
        number("cap", "上限倍数", "cap of the ratio to the benchmark", "ratio", required=False, default=1.5),
    ), ("indicator",)),
)

TABLES: dict[str, Table] = {table.name: table for table in (*_TABLES, *NETWORK_TABLES)}
