# ruff: noqa: E501 - a column is a line, so that the register can be read
"""What the columns of a folder of several years mean: the register of its tables, as `output_columns` is a plan's."""

from collections.abc import Mapping

from dualcontrol.output_columns import OutputColumn

HORIZON_TABLES: Mapping[str, Mapping[str, OutputColumn]] = {
    "years": {
        "year": OutputColumn("", "年份", "year"),
        "status": OutputColumn("", "求解状态，optimal 为最优", "status of the solve; optimal"),
        "objective_wan_yuan": OutputColumn("万元", "当年目标值：增加值减各项费用，不折现", "the year's value: value added less costs, not discounted"),
        "weight": OutputColumn("", "折现系数", "discount factor"),
        "discounted_wan_yuan": OutputColumn("万元", "折到第一年的价值", "value discounted to the first year"),
        "gdp_wan_yuan": OutputColumn("万元", "地区生产总值", "GDP"),
        "energy_tce_eq": OutputColumn("tce_eq", "全旗能耗（等价），已扣除不计入的", "energy of the county (等价), exclusions taken out"),
        "intensity_reduction": OutputColumn("share", "强度比基年下降", "intensity below the base year's"),
        "asked_reduction": OutputColumn("share", "要求比基年下降（逐年累计；最后一年与五年目标取较严的）", "reduction on the base year that is asked (added up over the years; in the last the stricter of it and the five-year target)"),
        "reduction_on_year_before": OutputColumn("share", "比上一年下降；上一年不在本表时空着", "below the year before; empty where that year is not in the table"),
        "increments_tce_eq": OutputColumn("tce_eq", "到该年的累计增量", "increments added up to the year"),
        "carried_in_tce_eq": OutputColumn("tce_eq", "上年结转进来", "carried in from the year before"),
        "carried_out_tce_eq": OutputColumn("tce_eq", "结转下年", "carried out to the next year"),
        "reserve_tce": OutputColumn("tce", "年末预留账户余额（没有分出去的指标）", "balance of the reserve account: quota given to nobody"),
        "co2_t": OutputColumn("t", "二氧化碳", "CO2"),
        "admitted": OutputColumn("", "到该年累计准入的项目个数", "projects admitted up to the year"),
        "measures": OutputColumn("", "到该年累计采用的节能措施个数", "measures carried out up to the year"),
        "binding": OutputColumn("", "起作用的：total 总量、intensity 强度、both、neither", "what binds: total, intensity, both or neither"),
    },
    "choices": {
        "kind": OutputColumn("", "project 项目、measure 措施、closure 关停、build 电网建设", "project, measure, closure or build"),
        "id": OutputColumn("", "编号", "id"),
        "name": OutputColumn("", "名称", "name"),
        "decided_in": OutputColumn("", "哪年定的；空为不做", "the year it is decided in; empty: never"),
        "2022…": OutputColumn("share", "各年份额：1 为已定，0 为没有", "share in each year: 1 decided, 0 not"),
    },
    "units": {
        "account": OutputColumn("", "台账账户", "account of the ledger"),
        "name": OutputColumn("", "名称", "name"),
        "quota_2022_tce…": OutputColumn("tce", "各年指标（当量；grid 账户是电力等价与当量之差）", "quota of each year (当量; the account grid: what 等价 of electricity is above 当量)"),
    },
    "first_year": {
        "kind": OutputColumn("", "total 合计；project、measure、closure、build 取舍；quota_tce 指标；只列不同的", "total; project, measure, closure, build: decided; quota_tce: quota. Only what differs"),
        "id": OutputColumn("", "合计项、编号或账户", "total, id or account"),
        "name": OutputColumn("", "名称", "name"),
        "together": OutputColumn("合计项名称的单位；取舍 0–1；指标 tce", "几年一起定", "decided together"),
        "alone": OutputColumn("同左", "只看第一年（新准入项目同样只给第一期指标）", "the first year by itself (what it admits is given its first part, too)"),
        "difference": OutputColumn("同左", "前者减后者", "the former less the latter"),
        "decided_in": OutputColumn("", "一起定时哪年定的", "the year it is decided in together"),
    },
}  # fmt: skip
