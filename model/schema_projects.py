"""Tables of candidate projects, their energy and restricted capacity. See `schema.py`."""

from dualcontrol.model.columns import Column, Table, choice, flag, id_column, number, ref, text
from dualcontrol.model.schema_carbon import WATER_KEY
from dualcontrol.model.schema_shared import (
    CONDUCT,
    CONDUCT_DATES,
    REVIEW,
    REVIEW_LEVEL,
    energy_table,
    performance_columns,
    specific_columns,
)

PROJECT_TABLES = (
    Table(
        "projects",
        "拟新增项目",
        "candidate projects (full year, full load)",
        (
            id_column("项目编号", "project id", "project_id"),
            text("name", "项目名称", "name"),
            ref("sector_id", "行业", "sector", "sectors", required=False),
            ref("unit_id", "建设单位", "existing unit that builds it", "units", required=False),
            number("value_added_wan_yuan", "增加值（达产年）", "value added, full year", "万元", lo=None),
            number(
                "annual_cost_wan_yuan",
                "年化成本",
                "yearly cost if admitted",
                "万元",
                lo=None,
                required=False,
                default=0.0,
            ),
            Column(
                "start_month",
                "integer",
                "投产月份",
                "first month of operation; 13 = after the plan year",
                required=False,
                default=1,
                minimum=1,
                maximum=13,
            ),
            number(
                "load_min", "最低负荷", "least load if admitted", "share", hi=1.0, required=False, default=1.0
            ),
            number("load_max", "最高负荷", "full load", "share", hi=1.0, required=False, default=1.0),
            flag("is_divisible", "可分割", "may be admitted in part (no yes/no decision)"),
            flag("is_industrial", "工业项目", "industrial project (3.2.3b)", default=True),
            flag("is_in_park", "位于合规园区", "inside a compliant park (3.2.3b)", default=True),
            flag("is_two_high", "两高", "two-high (3.2.3a)"),
            choice(
                "industry_class",
                "产业结构类别",
                "class of the industry catalogue",
                "encouraged",
                "allowed",
                "restricted",
                "eliminated",
                default="allowed",
            ),
            flag("is_three_high", "三高", "three-high (3.3.1a)"),
            flag("is_quota_approved", "已获能耗指标批复", "has an explicit quota approval (3.2.3d)"),
            flag(
                "is_national",
                "国家单列",
                "set aside nationally: left out where rule `national` is in force",
            ),
            flag("is_chain_extending", "延链补链", "chain-extending (3.2.3e)"),
            REVIEW,
            REVIEW_LEVEL,
            CONDUCT,
            *CONDUCT_DATES,
            *specific_columns(required=False),
            WATER_KEY,
            ref(
                "restricted_key",
                "限制新增产能条目",
                "restricted capacity line",
                "restricted_capacity",
                required=False,
            ),
            number("capacity", "新增产能", "new capacity", "own unit", required=False, default=0.0),
            number(
                "replaced_capacity",
                "置换产能",
                "capacity given up in the region, declared without naming the source (see replacements)",
                "own unit",
                required=False,
                default=0.0,
            ),
            number(
                "replaced_energy_tce",
                "置换能耗",
                "energy given up in the region, declared without naming the source (see replacements)",
                "tce",
                required=False,
                default=0.0,
            ),
            number(
                "process_co2_t", "过程排放", "process emissions, full year", "t", required=False, default=0.0
            ),
            number("investment_wan_yuan", "总投资", "investment", "万元", required=False),
            *performance_columns(),
        ),
        ("project_id",),
    ),
    energy_table(
        "project", "projects", "项目分品种用能", "energy use of projects by carrier", "达产年", "full year"
    ),
    Table(
        "restricted_capacity",
        "限制新增产能",
        "capacity that may grow only against replacement (3.2.3e)",
        (
            id_column("条目编号", "key", "restricted_key"),
            text("name", "名称", "name"),
            number("capacity_ratio", "产能置换比", "capacity to give up per unit of new capacity", "ratio"),
            number("energy_ratio", "能耗置换比", "energy to give up per tce of new energy", "ratio"),
            choice(
                "exempt_if",
                "豁免条件",
                "what exempts a project",
                "none",
                "national",
                "chain",
                "national_or_chain",
                default="none",
            ),
            Column("effective_from", "date", "生效日期", "in force from"),
        ),
        ("restricted_key", "effective_from"),
    ),
)
