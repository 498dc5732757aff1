# ruff: noqa: E501 - a column is a line, so that the register can be read
"""What every column of a result folder means: one register for the writer of the tables and for the data dictionary.

Units: tce is 当量 (calorific), tce_eq 等价 (equivalent); a price is 万元 per unit of the limit it belongs to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class OutputColumn:
    """A published column or summary figure: unit ("" for text) and meaning in both languages."""

    unit: str
    zh: str
    en: str


_BASIS = OutputColumn(
    "", "依据类别：实测、公开、标准、凭记忆、估算", "how sure the row is: measured … estimated"
)
_CLAUSE = OutputColumn("", "所依据的条款", "the clause it rests on")
_REASONS = {
    "reason": OutputColumn("", "原因代号，分号隔开", "ids of the reasons, joined by semicolons"),
    "reason_zh": OutputColumn(
        "", "逐步说明（中文）：数字、依据、条款", "the steps in Chinese: figures, source, clause"
    ),
    "reason_en": OutputColumn("", "逐步说明（英文）", "the steps in English"),
}
_ENERGY = {
    "planned_use_tce": OutputColumn("tce", "计划年计入总量的能耗", "energy of the plan year that counts for the total"),
    "gross_tce": OutputColumn("tce", "全部用能，未扣减", "all energy used, nothing excluded"),
    "gross_tce_eq": OutputColumn("tce_eq", "全部用能，等价", "all energy used, its electricity at 等价"),
    "value_added_wan_yuan": OutputColumn("万元", "计划年增加值", "value added of the plan year"),
    "co2_t": OutputColumn(
        "t", "直接排放与过程排放；净调入电力的排放列在 quotas.csv 的 grid 行，各行之和为旗排放总量",
        "direct and process emissions; those of the net inflow of electricity are in the row grid of quotas.csv, so that "
        "all rows add up to the county's",
    ),
}  # fmt: skip
_HOURLY = {
    "year": OutputColumn("", "计划年", "plan year"),
    "hour": OutputColumn("h", "一年中的小时，从 0 起", "hour of the year, from 0"),
    "weight": OutputColumn("", "该小时代表的小时数", "hours of the year it stands for"),
}

TABLES: Mapping[str, Mapping[str, OutputColumn]] = {
    "quotas": {
        "account": OutputColumn("", "台账账户", "account of the ledger"),
        "kind": OutputColumn("", "unit 企业、society 全社会、grid 等价与当量之差", "unit, society or grid (等价 less 当量)"),
        "id": OutputColumn("", "企业或条目编号", "id of the unit or line"),
        "name": OutputColumn("", "名称", "name"),
        "sector_id": OutputColumn("", "行业", "sector"),
        "opening_tce": OutputColumn("tce", "上年基数（含取整）", "opening balance: last year's energy, whole tonnes"),
        "base_method_tce": OutputColumn("tce", "基数方法带来的变动（3.2.1a）", "change by the base method (3.2.1a)"),
        "adjustment_tce": OutputColumn("tce", "有依据的基数调整（3.2.1a）", "documented adjustments (3.2.1a)"),
        "cut_tce": OutputColumn("tce", "未达先进值削减（3.3.1b）", "cut to the advanced value (3.3.1b)"),
        "release_tce": OutputColumn("tce", "超基准腾出（3.3.2c）", "release above the benchmark (3.3.2c)"),
        "penalty_tce": OutputColumn("tce", "失信扣减（3.2.5）", "penalty for dishonesty (3.2.5)"),
        "limit_tce": OutputColumn("tce", "限制低产出高耗能（3.2.1c）", "limit on low-output use (3.2.1c)"),
        "saving_tce": OutputColumn("tce", "节能超出削减的部分（3.2.1b）；全社会为节能量（2.4）", "savings beyond the cut (3.2.1b); of society its savings (2.4)"),
        "bonus_tce": OutputColumn("tce", "领跑者、绿色工厂、自主产能置换奖励（3.3.1c、3.3.3d、3.3.2d）", "bonuses (3.3.1c, 3.3.3d, 3.3.2d)"),
        "allowance_tce": OutputColumn(
            "tce", "增配；全社会为需求变动，grid 为差额变动", "grant; of society the change of its need, of grid of the difference"
        ),
        "withheld_tce": OutputColumn("tce", "收回、暂存，或随让出的产能收回（2.3、3.2.3e、3.3.2d）", "withdrawn, held back, or gone with capacity that is given up (2.3, 3.2.3e, 3.3.2d)"),
        "quota_tce": OutputColumn("tce", "本年指标，等于以上各列之和", "quota, the sum of the columns before"),
        **{f"quota_q{q}_tce": OutputColumn("tce", f"第{q}季度", f"of it quarter {q}") for q in (1, 2, 3, 4)},
        **_ENERGY,
        "headroom_tce": OutputColumn("tce", "指标减计划用能", "quota less planned use"),
        "activity": OutputColumn("share", "负荷，基年为 1；全社会为满足比例", "activity, base year = 1; of society the share served"),
        "self_pv_mwh": OutputColumn("MWh", "自用光伏（3.3.3b）", "self-used PV (3.3.3b)"),
        "green_mwh": OutputColumn("MWh", "消纳绿电（3.3.3c）", "green electricity claimed (3.3.3c)"),
        "excess_green_mwh": OutputColumn("MWh", "其中超出要求比例、不计入的部分", "of it above the required share: not counted"),
        "basis": _BASIS,
        **_REASONS,
    },
    "measures": {
        "measure_id": OutputColumn("", "措施编号", "measure id"),
        "name": OutputColumn("", "措施名称", "name of the measure"),
        "kind": OutputColumn("", "类型：节能改造、淘汰设备、淘汰退出、自主产能置换", "retrofit, equipment, retirement or upgrade (3.3.2d)"),
        "clause": _CLAUSE,
        "unit_id": OutputColumn("", "企业编号；全社会措施为空", "unit id; empty for a society line"),
        "line_id": OutputColumn("", "全社会条目编号；企业措施为空", "society line; empty for a unit"),
        "adopted": OutputColumn("0/1", "是否采用", "whether it is carried out"),
        "saving_quantity": OutputColumn("carrier unit", "计划年节约实物量", "quantity saved in the plan year"),
        "saving_tce": OutputColumn("tce", "折标准煤", "the same in standard coal"),
        "freed_tce": OutputColumn("tce", "关停产能让出的指标", "quota of the capacity that is closed"),
        "yearly_cost_wan_yuan": OutputColumn("万元", "采用时的年化成本（含投资年金或补偿）", "yearly cost if carried out, annuity or compensation included"),
        "basis": _BASIS,
    },
    "projects": {
        "project_id": OutputColumn("", "项目编号", "project id"),
        "name": OutputColumn("", "项目名称", "name"),
        "sector_id": OutputColumn("", "行业", "sector"),
        "decision": OutputColumn("", "admitted 安排、refused 缓批、gated 不符合准入", "admitted, refused (not this year), gated (shut out)"),
        "clause": _CLAUSE,
        **_REASONS,
        "admitted": OutputColumn("share", "安排比例，不可分项目为 0 或 1", "share admitted; 0 or 1 unless divisible"),
        "load": OutputColumn("share", "负荷，满负荷为 1", "load, full load = 1"),
        "quota_tce": OutputColumn("tce", "计划年指标", "quota of the plan year"),
        "earmark_tce": OutputColumn("tce", "其中由 3.3.2c 专项支付", "of it paid by the earmark of 3.3.2c"),
        **_ENERGY,
        "full_year_tce": OutputColumn("tce", "达产年计入总量的能耗", "counted energy of a full year at full load"),
        "score": OutputColumn("points", "综合评价得分，满分 100（3.2.3c）", "comprehensive evaluation, of 100 points (3.2.3c)"),
        "rank": OutputColumn("", "在可准入项目中的名次", "place among the projects that may enter"),
        "basis": _BASIS,
    },
    "ledger": {
        "year": OutputColumn("", "计划年", "plan year"),
        "from_account": OutputColumn("", "转出账户", "account that gives"),
        "to_account": OutputColumn("", "转入账户", "account that receives"),
        "tce": OutputColumn("tce", "转移的指标，正整数", "quota moved, whole and positive"),
        "clause": _CLAUSE,
        "note": OutputColumn("", "事项代号", "id of the occasion"),
    },
    "constraints": {
        "name": OutputColumn("", "约束名称，见 formulation.md", "name of the constraint, see formulation.md"),
        "clause": _CLAUSE,
        "index": OutputColumn("", "对象编号", "what it is for"),
        "activity": OutputColumn("unit", "实际值", "what is used"),
        "limit": OutputColumn("unit", "限值", "the limit"),
        "slack": OutputColumn("unit", "余地", "the room left"),
        "unit": OutputColumn("", "以上三列的单位", "unit of the three columns before"),
        "price_left": OutputColumn("price_unit", "左价：限值收紧一个单位的代价", "price of a unit less of the limit"),
        "price_right": OutputColumn("price_unit", "右价：限值放松一个单位的收益", "worth of a unit more of the limit"),
        "price_unit": OutputColumn("", "价格单位", "unit of the prices"),
        "range_left": OutputColumn("unit", "左价适用的范围", "how far the price to the left holds"),
        "range_right": OutputColumn("unit", "右价适用的范围", "how far the price to the right holds"),
        "relaxable": OutputColumn("", "政府是否可以放松", "whether a government could relax it"),
    },
    "account": {
        "block": OutputColumn("", "口径：gross 全部、intensity 强度、total 总量、ledger 台账", "gross, intensity, total or ledger"),
        "line": OutputColumn("", "项目", "line of the account"),
        "base_tce": OutputColumn("tce", "基年，当量", "base year"),
        "base_tce_eq": OutputColumn("tce_eq", "基年，等价", "base year"),
        "plan_tce": OutputColumn("tce", "计划年，当量", "plan year"),
        "plan_tce_eq": OutputColumn("tce_eq", "计划年，等价", "plan year"),
    },
    "power/dispatch": {
        **_HOURLY,
        "asset": OutputColumn("", "机组、联络、储能、负荷；green:<曲线>；green_export", "plant, exchange, storage, load; green:<profile>; green_export"),
        "kwh": OutputColumn("kWh", "该小时注入电量，受电为负", "injected in the hour; drawn is negative"),
    },
    "power/prices": {
        **_HOURLY,
        "bus": OutputColumn("", "节点", "bus"),
        "yuan_per_mwh": OutputColumn("yuan/MWh", "该节点多用一 MWh 的代价", "what one more MWh of load at the bus costs"),
    },
    "power/assets": {
        "asset": OutputColumn("", "电厂、联络或建设项目编号", "plant, exchange or build"),
        "name": OutputColumn("", "名称", "name"),
        "kind": OutputColumn("", "类型", "kind"),
        "bus_id": OutputColumn("", "节点", "bus"),
        "built": OutputColumn("share", "是否建设（已有为 1）", "whether it is built; 1 for what exists"),
        "capacity_mw": OutputColumn("MW", "容量", "capacity"),
        "energy_mwh": OutputColumn("MWh", "全年电量", "energy of the year"),
        "hours": OutputColumn("h", "利用小时（3.4.3h）", "utilisation hours (3.4.3h)"),
        "hours_floor": OutputColumn("h", "要求的利用小时", "hours asked for"),
        "curtailed_mwh": OutputColumn("MWh", "弃电", "curtailed"),
        "clause": _CLAUSE,
        "cost_wan_yuan": OutputColumn("万元", "计划年成本", "cost of the plan year"),
        "question": OutputColumn("", "要回答的问题", "the question it answers"),
        "basis": _BASIS,
    },
    "green": {
        "unit_id": OutputColumn("", "企业编号", "unit id"),
        "profile_id": OutputColumn("", "负荷曲线", "load profile"),
        "green_mwh": OutputColumn("MWh", "消纳绿电", "green electricity claimed"),
        "excess_green_mwh": OutputColumn("MWh", "超出要求比例、不计入的部分", "of it above the required share: not counted"),
        "delivered_to_profile_mwh": OutputColumn("MWh", "送达该曲线全部用户的绿电", "delivered to all users of the profile"),
    },
}  # fmt: skip
# Tables whose columns are not listed by `tables.COLUMNS`, and the file each is in.
FILES = {
    "power/dispatch": "power/dispatch.parquet",
    "power/prices": "power/prices.parquet",
    "power/assets": "power/assets.csv",
    "green": "green.csv",
}


def documented(table: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns, each of which must be in the register: nothing is published that nobody explains. KeyError else."""
    names = tuple(columns)
    unknown = [name for name in names if name not in TABLES[table]]
    if unknown:
        raise KeyError(f"{table}: {', '.join(unknown)} not in the register of output columns")
    return names
