"""The tables of the power network, in the scenario's subfolder `power/` (3.4.2, 3.4.3, 3.4.5). See `schema.py`.

Power in MW (AC side), energy in MWh, reactance per unit on 100 MVA, prices in yuan per MWh, yearly costs in 万元.
"""

from dualcontrol.model.columns import Column, Table, choice, flag, id_column, number, ref, text

BUILD = ref("build_id", "所属建设项目", "build it belongs to; empty = existing", "power/builds", required=False)

NETWORK_TABLES = (
    Table("power/buses", "母线", "buses", (
        id_column("母线编号", "bus id", "bus_id"),
        text("name", "名称", "name"),
        number("voltage_kv", "电压等级", "voltage", "kV"),
    ), ("bus_id",)),
    Table("power/builds", "电网建设项目", "builds that may be decided on", (
        id_column("建设项目编号", "build id", "build_id"),
        text("name", "名称", "name"),
        text("clause", "依据条款", "clause of the plan", required=False, default="3.4.3"),
        number("annual_cost_wan_yuan", "年化成本", "yearly cost if built", "万元"),
        Column("start_month", "integer", "投运月份", "first month in service; 13 = after the plan year",
               required=False, default=1, minimum=1, maximum=13),
        choice("status", "状态", "committed = built anyway, open = decided by the plan", "committed", "open",
               default="open"),
        ref("requires_id", "前置项目", "build it needs", "power/builds", required=False),
        ref("excludes_id", "互斥项目", "build it excludes", "power/builds", required=False),
        text("question", "待核问题", "what looks wrong in the plan and has to be asked", required=False, default=""),
    ), ("build_id",)),
    Table("power/branches", "线路与变压器", "lines and transformers", (
        id_column("支路编号", "branch id", "branch_id"),
        text("name", "名称", "name"),
        ref("from_bus", "起点", "from", "power/buses"),
        ref("to_bus", "终点", "to", "power/buses"),
        choice("kind", "类型", "kind", "line", "transformer"),
        number("reactance_pu", "电抗", "reactance on 100 MVA", "p.u."),
        number("capacity_mw", "限额", "limit of the flow either way", "MW"),
        BUILD,
    ), ("branch_id",)),
    Table("power/plants", "电源", "plants: thermal, PV, wind, rooftop PV", (
        id_column("电源编号", "plant id", "plant_id"),
        text("name", "名称", "name"),
        ref("bus_id", "接入母线", "bus", "power/buses"),
        choice("kind", "类型", "kind", "thermal", "pv", "wind", "rooftop_pv"),
        number("capacity_mw", "装机（交流侧）", "capacity", "MW"),
        number("pmin_share", "最低技术出力", "lowest output of the capacity online (thermal)", "share", hi=1.0,
               required=False, default=0.0),
        number("availability", "可用率", "availability (thermal)", "share", hi=1.0, required=False, default=1.0),
        ref("profile_id", "出力曲线", "hourly profile (renewables)", "power/profile_names", required=False),
        ref("unit_id", "所属用能单位", "existing unit whose generation it is (thermal)", "units", required=False),
        number("value_added_yuan_per_mwh", "度电增加值", "value added per MWh of new renewables; thermal: its unit's",
               "yuan/MWh", lo=None, required=False, default=0.0),
        number("hours_floor", "利用小时下限", "least utilisation hours asked for (3.4.3h)", "h", required=False,
               default=0.0),
        BUILD,
    ), ("plant_id",)),
    Table("power/retrofits", "灵活性改造", "flexibility retrofits: a second class of a thermal plant", (
        ref("plant_id", "电源编号", "plant", "power/plants"),
        ref("build_id", "建设项目", "build", "power/builds"),
        number("capacity_mw", "改造容量", "capacity that may be retrofitted", "MW"),
        number("pmin_share", "改造后最低出力", "lowest output after the retrofit", "share", hi=1.0),
    ), ("plant_id", "build_id")),
    Table("power/storage", "储能", "storage, daily cyclic up to 8 h", (
        id_column("储能编号", "storage id", "storage_id"),
        text("name", "名称", "name"),
        ref("bus_id", "接入母线", "bus", "power/buses"),
        number("power_mw", "功率", "power either way", "MW"),
        number("energy_mwh", "容量", "energy", "MWh"),
        number("efficiency_in", "充电效率", "efficiency of charging", "share", hi=1.0),
        number("efficiency_out", "放电效率", "efficiency of discharging", "share", hi=1.0),
        BUILD,
    ), ("storage_id",)),
    Table("power/exchange", "联网与外送", "grid connection and export corridor", (
        id_column("通道编号", "exchange id", "exchange_id"),
        text("name", "名称", "name"),
        ref("bus_id", "接入母线", "bus", "power/buses"),
        number("import_mw", "受入能力", "most imported", "MW"),
        number("export_mw", "外送能力", "most exported", "MW"),
        number("import_yuan_per_mwh", "购入电价", "price paid", "yuan/MWh"),
        number("export_green_share", "外送合同绿电占比", "green share by contract; empty = pro rata", "share", hi=1.0,
               required=False),
        BUILD,
    ), ("exchange_id",)),
    Table("power/loads", "用户接入", "where each owner's electricity is drawn and how it varies", (
        ref("owner_id", "用户", "unit, project or society line", "units", "projects", "society"),
        ref("bus_id", "接入母线", "bus", "power/buses"),
        ref("profile_id", "负荷曲线", "hourly profile", "power/profile_names"),
        number("flexible_share", "可平移比例", "share that may be moved within the day", "share", hi=1.0,
               required=False, default=0.0),
        number("flexible_peak", "可平移峰值倍数", "peak of the movable part over its mean", "ratio", required=False,
               default=2.0),
    ), ("owner_id",)),
    Table("power/profile_names", "曲线目录", "what each column of profiles.csv is", (
        id_column("曲线编号", "profile id", "profile_id"),
        text("name", "名称", "name"),
        choice("kind", "类型", "output per MW, or load over its yearly mean", "output", "load"),
        flag("is_synthetic", "合成数据", "made by a model, not measured", default=True),
    ), ("profile_id",)),
)
