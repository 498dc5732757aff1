"""The table that ties a year to the others of a plan of several years. See `schema.py` and `planner/horizon.py`."""

from dualcontrol.model.columns import Column, Table, choice, id_column, number, ref, text

# A project that an earlier year admitted is no candidate any more: no gate asks again.
ADMITTED = "admitted"
ADOPTED, CLOSED, BUILT = "adopted", "closed", "built"  # yes or no of measures, closures, builds
CARRIED_IN, CARRIED_OUT = "carried_in", "carried_out"  # total left over, from year to year

YEAR_TABLES = (
    Table(
        "year_links",
        "年际衔接",
        "what the plan of several years decided for this year",
        (
            id_column("衔接编号", "link id", "link_id"),
            choice(
                "what",
                "事项",
                "project admitted in an earlier year (share), measure carried out, capacity closed, network built "
                "(0/1); tonnes carried in from the year before or out to the year after",
                ADMITTED,
                ADOPTED,
                CLOSED,
                BUILT,
                CARRIED_IN,
                CARRIED_OUT,
            ),
            ref(
                "target_id",
                "对象",
                "project, measure, retirement, capacity replacement or build; empty for tonnes carried",
                "projects",
                "measures",
                "retirements",
                "capacity_replacements",
                "power/builds",
                required=False,
            ),
            number(
                "value", "数值", "0 or 1; of a divisible project its share; whole tonnes", "0/1 or tce_eq"
            ),
            Column(
                "decided_in",
                "integer",
                "决定年度",
                "year whose plan decided it",
                minimum=2000,
                maximum=2100,
            ),
            text("document", "依据文件", "document", required=False, default=""),
        ),
        ("link_id",),
    ),
)
