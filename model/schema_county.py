"""Tables of the county: society, GDP, electricity, exclusions, decisions, resources, evaluation. See `schema.py`."""

from dualcontrol.model.columns import Column, Table, choice, id_column, number, ref, text

# Carbon needs no rule of its own: it is counted where fuel is burnt and where electricity flows in, and self-used
# PV and local green electricity are neither. What was never counted cannot be excluded (3.3.3b, 3.3.3c).
MEASURES = ("intensity", "total")

COUNTY_TABLES = (
    Table(
        "society",
        "全社会用能",
        "society lines",
        (
            id_column("条目编号", "line id", "line_id"),
            text("name", "领域", "name"),
            text("department", "责任部门", "department in charge", required=False, default=""),
            number("base_fuel_tce", "基年燃料", "fuels, base year", "tce"),
            number("base_electricity_mwh", "基年用电", "electricity, base year", "MWh"),
            number("plan_fuel_tce", "计划年燃料", "fuels needed, plan year", "tce"),
            number("plan_electricity_mwh", "计划年用电", "electricity needed, plan year", "MWh"),
            number(
                "electrified_mwh",
                "其中以电代煤、以电代油新增用电",
                "of the plan year's electricity: new by chargers, electric trucks and heating (3.4.5)",
                "MWh",
                required=False,
                default=0.0,
            ),
            number(
                "displaced_fuel_tce",
                "被替代的燃料",
                "fuels of the plan year that this displaced, already left out of its need (3.4.5)",
                "tce",
                required=False,
                default=0.0,
            ),
            number("co2_t_per_fuel_tce", "燃料排放因子", "CO2 per tce of fuels", "t/tce"),
            number(
                "floor_share",
                "保底比例",
                "share of the need that is protected",
                "share",
                hi=1.0,
                required=False,
                default=1.0,
            ),
            number(
                "shortfall_wan_yuan_per_tce",
                "缺口代价",
                "price of a tce not served",
                "万元/tce",
                required=False,
                default=10.0,
            ),
        ),
        ("line_id",),
    ),
    Table(
        "output_targets",
        "产量保障",
        "output of products that the plan year must reach (3.4.2)",
        (
            text("product", "产品", "product, as named in `products`"),
            number("min_output", "最低产量", "least output of all units together", "output unit"),
        ),
        ("product",),
    ),
    Table(
        "gdp",
        "未建模增加值",
        "value added outside the modelled units",
        (
            id_column("条目编号", "item id", "item_id"),
            text("name", "名称", "name"),
            number("base_wan_yuan", "基年", "base year, 2020 prices", "万元", lo=None),
            number("growth", "增速", "real growth to the plan year", "share", lo=-1.0),
        ),
        ("item_id",),
    ),
    Table(
        "power",
        "电力平衡",
        "yearly electricity balance of the county",
        (
            choice(
                "item",
                "项目",
                "item (added_renewable: certified renewable electricity used beyond that of 2020, less what "
                "another exclusion leaves out)",
                "non_fossil_generation",
                "non_fossil_local",
                "losses",
                "added_renewable",
            ),
            number("base_mwh", "基年", "base year", "MWh"),
            number("plan_mwh", "计划年", "plan year", "MWh"),
        ),
        ("item",),
    ),
    Table(
        "exclusions",
        "扣减规则",
        "which energy is not counted for which measure from when",
        (
            choice(
                "kind",
                "扣减对象",
                "what is excluded",
                "feedstock",
                "self_pv",
                "excess_renewable",
                "added_renewable",
                "national",
            ),
            choice(
                "measure",
                "考核口径",
                "for which measure (carbon needs no rule: it counts fuel burnt and the net inflow of electricity, "
                "never own PV or local green electricity)",
                *MEASURES,
            ),
            Column("effective_from", "date", "生效日期", "in force from"),
        ),
        ("kind", "measure"),
    ),
    Table(
        "adjustments",
        "基数调整",
        "adjustments of opening quotas",
        (
            id_column("调整编号", "adjustment id", "adjustment_id"),
            ref("unit_id", "单位编号", "unit", "units"),
            Column("tce", "integer", "调整量", "tonnes added (+) or taken (-)", "tce"),
            text("reason", "理由", "reason"),
            text("document", "依据文件", "document"),
            text("approved_by", "批准人", "approved by"),
        ),
        ("adjustment_id",),
    ),
    Table(
        "decisions",
        "领导决定",
        "decisions of leaders",
        (
            id_column("决定编号", "decision id", "decision_id"),
            ref("target_id", "对象", "unit or project decided on", "units", "projects"),
            choice("what", "事项", "quota in tce, or admission 0/1", "quota_tce", "admitted"),
            choice("kind", "方式", "fixed, at least, at most", "fixed", "min", "max"),
            number("value", "数值", "value", "tce or 0/1"),
            text("document", "依据文件", "document"),
            Column("date", "date", "日期", "date"),
        ),
        ("decision_id",),
    ),
    Table(
        "resources",
        "其他资源预算",
        "budgets beyond energy",
        (
            id_column("资源编号", "resource id", "resource_id"),
            text("name", "名称", "name"),
            text("unit", "单位", "unit"),
            number("budget", "预算", "budget", "unit"),
        ),
        ("resource_id",),
    ),
    Table(
        "resource_use",
        "资源占用",
        "use of resources at base activity or full load",
        (
            ref("resource_id", "资源编号", "resource", "resources"),
            ref("owner_id", "对象", "unit or project", "units", "projects"),
            number("use", "占用量", "use", "unit"),
        ),
        ("resource_id", "owner_id"),
    ),
    Table(
        "evaluation",
        "综合评价指标",
        "indicators of the comprehensive evaluation (3.2.3c)",
        (
            choice(
                "indicator",
                "指标",
                "indicator",
                "specific_energy",
                "energy_per_output",
                "output_per_mu",
                "profit_per_mu",
                "tax_per_mu",
                "jobs_per_100_mu",
                "energy_per_value_added",
                "value_added_per_mu",
                "co2_per_value_added",
                "water_per_value_added",
                "water_per_output",
            ),
            number("weight", "权重", "weight", "points"),
            number(
                "benchmark",
                "基准值",
                "benchmark (specific energy: from the benchmark line)",
                "own unit",
                required=False,
            ),
            number(
                "cap", "上限倍数", "cap of the ratio to the benchmark", "ratio", required=False, default=1.5
            ),
            number(
                "unit_weight",
                "权重（存量单位）",
                "weight for existing units, default as weight (3.3.2a)",
                "points",
                required=False,
            ),
            number(
                "unit_benchmark",
                "基准值（存量单位）",
                "benchmark for existing units, default as benchmark (3.3.2a)",
                "own unit",
                required=False,
            ),
        ),
        ("indicator",),
    ),
)
