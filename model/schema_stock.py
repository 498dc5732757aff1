"""Tables of capacity that is given up: replacements, retirements, capacity replacement pairs. See `schema.py`.

A row closes a share of a unit's capacity from a month on. The unit may then run no more than the rest of it, and the
same share of its quota leaves it for those months (`policy/closures.py`).
"""

from dualcontrol.model.columns import Column, Table, id_column, number, ref, text


def _share(default: float | None = None) -> Column:
    return number(
        "capacity_share",
        "占产能比例",
        "share of the unit's capacity that is closed",
        "share",
        hi=1.0,
        required=False,
        default=1.0 if default is None else default,
    )


_MONTH = Column(
    "start_month",
    "integer",
    "关停月份",
    "first month in which it is closed; 13 = after the plan year",
    required=False,
    default=1,
    minimum=1,
    maximum=13,
)

STOCK_TABLES = (
    Table(
        "replacements",
        "产能能耗置换来源",
        "capacity and energy given up in the region for a project of restricted capacity (3.2.3e)",
        (
            id_column("来源编号", "replacement id", "replacement_id"),
            ref("project_id", "置换项目", "project it is given up for", "projects"),
            ref(
                "unit_id",
                "压减单位",
                "unit that gives it up; empty for a source outside the model",
                "units",
                required=False,
            ),
            text(
                "document",
                "依据文件",
                "what names a source outside the model; one document serves one project",
                required=False,
                default="",
            ),
            number("capacity", "压减产能", "capacity given up, in the unit of the project's", "own unit"),
            number("energy_tce", "压减能耗", "energy given up in a full year", "tce"),
            _share(0.0),
            _MONTH,
        ),
        ("replacement_id",),
    ),
    Table(
        "retirements",
        "淘汰退出",
        "units or lines that may be retired in the plan year (2.3)",
        (
            id_column("淘汰编号", "retirement id", "retirement_id"),
            text("name", "名称", "name"),
            ref("unit_id", "单位编号", "unit", "units"),
            _share(),
            _MONTH,
            number(
                "compensation_wan_yuan",
                "补偿",
                "compensation paid in the plan year",
                "万元",
                required=False,
                default=0.0,
            ),
        ),
        ("retirement_id",),
    ),
    Table(
        "capacity_replacements",
        "自主产能置换",
        "an enterprise's own capacity replaced by a line of higher value (3.3.2d)",
        (
            id_column("置换编号", "pair id", "pair_id"),
            text("name", "名称", "name"),
            ref("unit_id", "单位编号", "unit that gives up old capacity", "units"),
            ref("project_id", "新线项目", "project of the same unit: the new line", "projects"),
            _share(),
            _MONTH,
        ),
        ("pair_id",),
    ),
)
