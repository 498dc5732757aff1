# ruff: noqa: E501 - a column is a line, so that the register can be read
"""What every column of a market's folder means: the register of its tables, as `output_columns` is that of a plan's."""

from collections.abc import Mapping

from dualcontrol.output_columns import OutputColumn

TRADE_TABLES: Mapping[str, Mapping[str, OutputColumn]] = {
    "trades": {
        "order_id": OutputColumn("", "委托编号", "id of the order"),
        "side": OutputColumn("", "sell 出让、buy 受让", "sell or buy"),
        "account": OutputColumn("", "台账账户", "account of the ledger"),
        "name": OutputColumn("", "名称", "name"),
        "kind": OutputColumn("", "依据：saved 已有节能、saving 新做节能、closure 关停、short 指标不足、more 项目加负荷、refused 缓批项目、county 旗", "what it rests on: saved, saving, closure, short of quota, more load, refused project, county"),
        "reference": OutputColumn("", "措施或关停编号", "measure or closure"),
        "tce_eq": OutputColumn("tce_eq", "可交易数量上限", "most that could be traded"),
        "is_whole": OutputColumn("0/1", "是否整批成交", "whether it is all or nothing"),
        "limit_wan_yuan_per_tce_eq": OutputColumn("万元/tce_eq", "出让方每吨代价，或受让方每吨收益", "what a tonne costs the seller, or earns the buyer"),
        "filled_tce_eq": OutputColumn("tce_eq", "成交数量", "traded"),
        "own_tce": OutputColumn("tce", "其中记入本户（当量）；其余转入 grid", "of it to the own account; the rest goes to the account grid"),
        "state": OutputColumn("", "traded 成交、in_part 部分成交、not_reached 未成交、no_room 其他限值无余地、barred 不得交易", "traded, in_part, not_reached, no_room, barred"),
        "clause": OutputColumn("", "未成交时所依据的条款", "the clause that kept it out"),
        "reason": OutputColumn("", "原因代号，或无余地的约束", "id of the reason, or the row without room"),
        "worth_wan_yuan": OutputColumn("万元", "付款前的得失：受让方多得的，出让方放弃的（负）", "before payment: what the buyer gains, what the seller gives up (negative)"),
        "paid_wan_yuan": OutputColumn("万元", "收款（付款为负）", "received; paid is negative"),
        "net_wan_yuan": OutputColumn("万元", "净得，不为负", "what is left, never negative"),
    },
    "accounts": {
        "account": OutputColumn("", "台账账户", "account of the ledger"),
        "name": OutputColumn("", "名称", "name"),
        "quota_before_tce": OutputColumn("tce", "交易前指标", "quota before"),
        "sold_tce": OutputColumn("tce", "出让", "sold"),
        "county_share_tce": OutputColumn("tce", "关停归旗部分", "the county's share of a closure"),
        "bought_tce": OutputColumn("tce", "受让记入本户（当量）", "bought to the own account"),
        "bought_tce_eq": OutputColumn("tce_eq", "受让付款数量（等价）", "bought and paid for (等价)"),
        "quota_after_tce": OutputColumn("tce", "交易后指标", "quota after"),
        "load_before": OutputColumn("share", "交易前负荷", "activity or load before"),
        "load_after": OutputColumn("share", "交易后负荷", "activity or load after"),
        "worth_wan_yuan": OutputColumn("万元", "付款前的得失", "gained or given up before payment"),
        "paid_wan_yuan": OutputColumn("万元", "收款（付款为负）", "received; paid is negative"),
        "net_wan_yuan": OutputColumn("万元", "净得", "what is left"),
        "valid_until": OutputColumn("", "用能权有效至该年底，逐年付款", "the right is good until the end of this year, paid yearly"),
    },
    "ledger": {
        "year": OutputColumn("", "计划年", "plan year"),
        "from_account": OutputColumn("", "转出账户", "account that gives"),
        "to_account": OutputColumn("", "转入账户", "account that receives"),
        "tce": OutputColumn("tce", "转移的指标，正整数", "quota moved, whole and positive"),
        "clause": OutputColumn("", "所依据的条款", "the clause it rests on"),
        "note": OutputColumn("", "事项代号", "id of the occasion"),
        "for_account": OutputColumn("", "哪一户的成交", "whose deal it belongs to"),
        "price": OutputColumn("万元/tce_eq", "成交价；归旗部分为 0", "price; 0 for the county's share"),
        "wan_yuan": OutputColumn("万元", "价款，与指标反向", "money, against the quota"),
        "valid_until": OutputColumn("", "有效至该年底", "good until the end of this year"),
    },
    "constraints": {
        "name": OutputColumn("", "约束名称", "name of the constraint"),
        "clause": OutputColumn("", "条款", "clause"),
        "index": OutputColumn("", "对象编号", "what it is for"),
        "activity": OutputColumn("tce_eq", "成交（或价格）", "traded (or the price)"),
        "limit": OutputColumn("tce_eq", "可供、可需的数量（或价格界限）", "offered or asked for (or the bound of the price)"),
        "slack": OutputColumn("tce_eq", "余地", "room left"),
        "unit": OutputColumn("", "以上三列的单位", "unit of the three columns before"),
        "price_left": OutputColumn("万元/tce_eq", "少一吨供给的代价", "what a tonne of supply less costs"),
        "price_right": OutputColumn("万元/tce_eq", "多一吨供给的收益", "what a tonne of supply more is worth"),
        "price_unit": OutputColumn("", "价格单位", "unit of the prices"),
    },
}  # fmt: skip
