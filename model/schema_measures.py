"""Tables of saving measures. See `schema.py`."""

from dualcontrol.model.columns import Column, Table, id_column, number, ref, text

MEASURE_TABLES = (
    Table(
        "measures",
        "节能措施",
        "saving measures of units",
        (
            id_column("措施编号", "measure id", "measure_id"),
            text("name", "措施名称", "name"),
            ref("unit_id", "单位编号", "unit", "units"),
            ref("carrier_id", "节约品种", "carrier saved", "carriers"),
            number(
                "saving_quantity",
                "年节约实物量",
                "quantity saved in a full year at base activity",
                "carrier unit",
            ),
            number("annual_cost_wan_yuan", "年化成本", "yearly cost if adopted", "万元", lo=None),
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
        ),
        ("measure_id",),
    ),
)
