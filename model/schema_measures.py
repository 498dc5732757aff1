"""Tables of saving measures, of units and of society lines (2.3, 2.4, 3.5.1-6). See `schema.py`."""

from dualcontrol.model.columns import Column, Table, choice, id_column, number, ref, text

SAVING_CLAUSES = ("2.3", "3.5.1", "3.5.2", "3.5.3", "3.5.4", "3.5.5", "3.5.6")
RETROFIT, EQUIPMENT = "retrofit", "equipment"

MEASURE_TABLES = (
    Table(
        "measures",
        "节能措施",
        "saving measures of units and society lines",
        (
            id_column("措施编号", "measure id", "measure_id"),
            text("name", "措施名称", "name"),
            choice(
                "kind",
                "类型",
                "retrofit, or elimination of backward equipment (2.3)",
                RETROFIT,
                EQUIPMENT,
                default=RETROFIT,
            ),
            choice(
                "clause",
                "依据条款",
                "clause of the plan: 3.5.1 industry, 3.5.2 buildings, 3.5.3 transport, 3.5.4 commerce, 3.5.5 public "
                "institutions, 3.5.6 farming",
                *SAVING_CLAUSES,
                default="2.3",
            ),
            ref("unit_id", "单位编号", "unit that saves; empty for a society line", "units", required=False),
            ref(
                "line_id",
                "全社会条目",
                "society line that saves; empty for a unit",
                "society",
                required=False,
            ),
            ref("carrier_id", "节约品种", "carrier saved", "carriers"),
            number(
                "saving_quantity",
                "年节约实物量",
                "quantity saved in a full year at base activity",
                "carrier unit",
            ),
            number(
                "annual_cost_wan_yuan",
                "年运行成本",
                "yearly cost if adopted besides the investment: what it takes to run less what the energy saved is "
                "worth",
                "万元",
                lo=None,
                required=False,
                default=0.0,
            ),
            number(
                "investment_wan_yuan",
                "投资",
                "investment; its annuity is added to the yearly cost",
                "万元",
                required=False,
                default=0.0,
            ),
            Column(
                "life_years",
                "integer",
                "寿命",
                "life of the investment, years",
                required=False,
                default=10,
                minimum=1,
                maximum=100,
            ),
            number(
                "discount_rate",
                "折现率",
                "rate of the annuity",
                "share",
                hi=1.0,
                required=False,
                default=0.08,
            ),
            Column(
                "start_month",
                "integer",
                "生效月份",
                "first month in effect",
                required=False,
                default=1,
                minimum=1,
                maximum=13,
            ),
            number(
                "realised_share",
                "实现率",
                "share of the saving that is realised",
                "share",
                hi=1.0,
                required=False,
                default=1.0,
            ),
            text(
                "exclusive_group",
                "互斥组",
                "of measures that name the same group at most one is carried out",
                required=False,
                default="",
            ),
        ),
        ("measure_id",),
    ),
)
