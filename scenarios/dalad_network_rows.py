# ruff: noqa: E501, ISC004  (rows of tables: Chinese sentences count double and run over several strings)
"""What the power folder of Dalad 2022 says, row by row: sizes from the plan and public reports, the rest typical.

`dalad_network` writes it out. Where something is connected, over which lines and at what cost is not public; every
such row says that it is assumed (假定), and gives its arithmetic so that a test can check it.
"""

from collections.abc import Mapping
from typing import Any

Rows = list[tuple[Any, ...]]

PLAN = "达拉特旗能耗双控工作实施方案（达拉特旗人民政府办公室，2022年2月11日）"
ASSUMED = "建模假定（无公开来源）"
RECALLED = "公开常识（凭记忆，无可引用的公开页）"
JUDA = "zhitongcaijing.com：内蒙华电（600863）公告，聚达公司灵活性改造促进市场化消纳38万千瓦新能源项目备案"
RUNNENG = "chinaden.cn 2020年7月10日（鄂尔多斯日报）：润达能源计划实施润能一号、二号110千伏输变电工程"
PV_BASE = "energytrend.cn 2021年6月15日：达拉特光伏领跑者基地全部建成"
STORAGE_RULE = "cn.solarbe.com 2022年2月19日：自治区“十四五”节能规划报道（新建新能源储能不低于10%、2小时）"

RATE, YEARS_GRID, YEARS_PV, YEARS_STORAGE = 0.05, 30, 25, 15
OHM_PER_KM = {500: 0.27, 220: 0.30, 110: 0.40}
OHM_BASE = {500: 2756, 220: 529, 110: 132.25}  # squared voltage (525, 230, 115 kV) over 100 MVA
POWER_FACTOR = 0.95


def places(value: float, decimals: int) -> str:
    """A number with at most so many decimals, no trailing zeros."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")


def annuity(years: int) -> str:
    """Yearly payment per yuan invested, five decimals."""
    return f"{RATE / (1 - (1 + RATE) ** -years):.5f}"


def cost(*parts: tuple[float, float, str, float]) -> tuple[str, str]:
    """Yearly cost in 万元 and its derivation: (amount, 万元 each, annuity, yearly upkeep as a share) per part."""
    terms = [f"{n:g} × {price:g} × ({a} + {upkeep:g})" for n, price, a, upkeep in parts]
    total = places(sum(n * price * (float(a) + upkeep) for n, price, a, upkeep in parts), 1)
    return total, f"{' + '.join(terms)} = {total}"


def line(kv: int, km: float, circuits: int, mw_each: float) -> tuple[str, str, str]:
    """Reactance (p.u. on 100 MVA), limit in MW and derivation of equal parallel circuits."""
    x = places(OHM_PER_KM[kv] * km / OHM_BASE[kv] / circuits, 6)
    text = f"{OHM_PER_KM[kv]:.2f} × {km:g} ÷ {OHM_BASE[kv]:g} ÷ {circuits} = {x}；{circuits} × {mw_each:g} = {circuits * mw_each:g}"
    return x, f"{circuits * mw_each:g}", f"{text}；{km:g} km、{circuits}回、每回限额{mw_each:g} MW为假定"


def transformer(count: int, mva: float, uk: float) -> tuple[str, str, str]:
    """Reactance, limit and derivation of equal parallel transformers."""
    x = places(uk * 100 / mva / count, 6)
    mw = places(count * mva * POWER_FACTOR, 1)
    text = f"{uk:g} × 100 ÷ {mva:g} ÷ {count} = {x}；{count} × {mva:g} × {POWER_FACTOR} = {mw}"
    return x, mw, f"{text}；{count}×{mva:g} MVA、阻抗电压{uk:.1%}、功率因数{POWER_FACTOR}为假定"


BUSES = (
    ("hub500", "500 kV枢纽站（等值）", 500), ("dalad500", "达拉特发电厂500 kV升压站", 500),
    ("gsl500", "过三梁500 kV站（拟建）", 500), ("ezh500", "耳字壕500 kV站（拟建）", 500),
    ("hub220", "枢纽站220 kV母线（等值）", 220), ("dalad220", "达拉特发电厂220 kV母线", 220),
    ("yili220", "亿利园区220 kV站（等值）", 220), ("al220", "蒙泰铝业220 kV站（等值）", 220),
    ("pv220", "光伏基地220 kV汇集站（等值）", 220), ("juda220", "聚达光伏220 kV升压站（拟建）", 220),
    ("pinggao220", "平高光伏220 kV汇集站（拟建）", 220), ("park110", "开发区110 kV母线（等值）", 110),
    ("south110", "城乡与矿区110 kV母线（等值）", 110), ("rn1_110", "润能一号110 kV站", 110),
    ("rn2_110", "润能二号110 kV站（拟建）", 110), ("dist10", "城乡10 kV配电网（等值）", 10),
)  # fmt: skip
BUS_SOURCE = {"dalad500": JUDA, "juda220": JUDA, "rn1_110": RUNNENG, "rn2_110": RUNNENG, "gsl500": PLAN, "ezh500": PLAN,
              "pinggao220": PLAN, "pv220": PV_BASE}  # fmt: skip

GRID, PV, STORE = annuity(YEARS_GRID), annuity(YEARS_PV), annuity(YEARS_STORAGE)
ROOF_QUESTION = (
    "方案写“年内改造完成4000户，装机规模达到60万千瓦”：每户150 kW，不合常理。60万千瓦是整县推进的总规模、累计数，还是户数有误？"
    "请核实；两种读法并列，互斥，都没有替方案改数"
)
BUILDS: tuple[tuple[Any, ...], ...] = (
    # id, name, clause, month, status, requires, excludes, question, cost parts, source, what is assumed
    ("runneng_1", "润能一号110 kV输变电", "3.4.3a", 7, "committed", "", "", "", ((1, 8000, GRID, 0.02),), RUNNENG,
     "方案“确保建成投用”；7月投运、投资8000万元为假定"),
    ("runneng_2", "润能二号110 kV输变电", "3.4.3a", 13, "open", "", "", "", ((1, 8000, GRID, 0.02),), RUNNENG,
     "方案只说“启动”：按计划年后投运，当年不起作用；投资8000万元为假定"),
    ("juda", "聚达灵活性改造消纳38万千瓦", "3.4.3b", 10, "open", "", "",
     "方案只说“启动建设”，10月投产是偏乐观的假定；改造哪几台机组、改到多低没有公布",
     ((380, 420, PV, 0.012), (1900, 8, STORE, 0), (1, 15000, GRID, 0.02)), JUDA,
     "依次为光伏380 MW×420万元/MW、改造1900 MW×8万元/MW、220 kV站与40 km线路15000万元，单价为假定"),
    ("guosanliang", "过三梁500 kV输变电", "3.4.3c", 13, "open", "", "", "规模、投产时间未见公布",
     ((1, 60000, GRID, 0.02),), PLAN, "500 kV工程工期约两年，按计划年后（2023—2024年）投运，当年不起作用；投资6亿元为假定"),
    ("erzihao", "耳字壕500 kV输变电", "3.4.3c", 13, "open", "", "", "规模、投产时间未见公布",
     ((1, 60000, GRID, 0.02),), PLAN, "500 kV工程工期约两年，按计划年后（2023—2024年）投运，当年不起作用；投资6亿元为假定"),
    ("rooftop_600", "户用光伏（照方案写的60万千瓦）", "3.4.3e", 7, "open", "", "rooftop_100", ROOF_QUESTION,
     ((600, 380, PV, 0.01),), PLAN, "600 MW × 380万元/MW，单价为假定；全年陆续装完，以7月投运代平均半年（假定）"),
    ("rooftop_100", "户用光伏（4000户、每户25 kW）", "3.4.3e", 7, "open", "", "rooftop_600", ROOF_QUESTION,
     ((100, 380, PV, 0.01),), PLAN, "4000户 × 25 kW（假定）＝100 MW；380万元/MW为假定；以7月投运代平均半年（假定）"),
    ("pinggao_grid", "平高光伏220 kV汇集站与500 kV变压器", "3.4.3f", 12, "open", "", "", "接入方案未见公布",
     ((1, 40000, GRID, 0.02),), PLAN, "方案没有写接入工程，汇集站与2台主变4亿元为假定；与平高光伏同月投运（假定）"),
    ("pinggao", "平高160万千瓦光伏储能", "3.4.3f", 12, "open", "pinggao_grid", "",
     "方案只说“推动建设”，当年能否投产、分几期没有公布；12月是最乐观的假定",
     ((1600, 420, PV, 0.012), (320, 180, STORE, 0.02)), PLAN,
     "光伏1600 MW×420万元/MW、储能320 MWh×180万元/MWh，单价为假定；须先有汇集站"),
    ("wind_with_pv", "风光同场（占位）", "3.4.2", 13, "open", "", "",
     "方案只说推动风电、“风光同场”，没有规模和业主：10万千瓦只是占位，请填实际项目或删去",
     ((100, 550, PV, 0.015),), PLAN, "100 MW、550万元/MW为假定；按计划年后投运，当年不起作用"),
)  # fmt: skip

BRANCHES: tuple[tuple[Any, ...], ...] = (
    ("dalad500_hub500", "达拉特电厂—枢纽站500 kV双回", "dalad500", "hub500", line(500, 30, 2, 1200), ""),
    ("dalad_tr", "达拉特电厂500/220 kV联络变", "dalad500", "dalad220", transformer(1, 750, 0.14), ""),
    ("hub_tr", "枢纽站500/220 kV主变", "hub500", "hub220", transformer(2, 750, 0.14), ""),
    ("dalad220_hub220", "达拉特电厂—枢纽站220 kV双回", "dalad220", "hub220", line(220, 25, 2, 450), ""),
    ("dalad220_al220", "达拉特电厂—蒙泰铝业220 kV双回", "dalad220", "al220", line(220, 8, 2, 450), ""),
    ("hub220_al220", "枢纽站—蒙泰铝业220 kV线", "hub220", "al220", line(220, 20, 1, 450), ""),
    ("yili220_hub220", "亿利园区—枢纽站220 kV双回", "yili220", "hub220", line(220, 35, 2, 450), ""),
    ("pv220_hub220", "光伏基地—枢纽站220 kV双回", "pv220", "hub220", line(220, 45, 2, 550), ""),
    ("park_tr", "开发区220/110 kV主变", "dalad220", "park110", transformer(3, 180, 0.14), ""),
    ("south_tr", "城乡与矿区220/110 kV主变", "hub220", "south110", transformer(3, 180, 0.14), ""),
    ("dist_tr", "城乡110/10 kV主变（等值）", "south110", "dist10", transformer(8, 50, 0.105), ""),
    ("park110_rn1", "开发区—润能一号110 kV双回", "park110", "rn1_110", line(110, 6, 2, 59.85), "runneng_1"),
    ("park110_rn2", "开发区—润能二号110 kV双回", "park110", "rn2_110", line(110, 9, 2, 59.85), "runneng_2"),
    ("rn1_rn2", "润能一号—润能二号110 kV联络线", "rn1_110", "rn2_110", line(110, 5, 1, 59.85), "runneng_2"),
    ("juda220_dalad220", "聚达光伏送出220 kV线", "juda220", "dalad220", line(220, 40, 1, 500), "juda"),
    ("pinggao_tr", "平高汇集站500/220 kV主变", "pinggao220", "hub500", transformer(2, 1000, 0.14), "pinggao_grid"),
    ("hub500_gsl500", "枢纽站—过三梁500 kV双回", "hub500", "gsl500", line(500, 40, 2, 1200), "guosanliang"),
    ("gsl_tr", "过三梁500/220 kV主变", "gsl500", "pv220", transformer(2, 1000, 0.14), "guosanliang"),
    ("dalad500_ezh500", "达拉特电厂—耳字壕500 kV双回", "dalad500", "ezh500", line(500, 35, 2, 1200), "erzihao"),
    ("ezh_tr", "耳字壕500/220 kV主变", "ezh500", "yili220", transformer(2, 1000, 0.14), "erzihao"),
)  # fmt: skip
BRANCH_NOTE = {
    "park110_rn1": "；限额取两台63 MVA主变：63 × 0.95 = 59.85",
    "park110_rn2": "；限额取两台63 MVA主变：63 × 0.95 = 59.85",
    "rn1_rn2": "；限额同一台63 MVA主变",
    "juda220_dalad220": "；公告：220 kV线路约40 km接入达拉特发电厂厂内500 kV升压站，这里接在厂内220 kV侧（假定）",
}

# Price of the coal-power benchmark in western Inner Mongolia less tax, times the share that is value added.
NEW_PV = "；度电增加值（元/MWh）：282.9 ÷ 1.13 × 0.90 = 225.3（蒙西燃煤基准价凭记忆，增加值率0.90为假定）"
THERMAL = "最低技术出力50%、可用率0.90为假定；方案要求火电不低于5000小时"
PLANTS: tuple[tuple[Any, ...], ...] = (
    # id, name, bus, kind, MW, pmin, availability, profile, unit, value added, hours asked for, build, source, basis, derivation
    ("dalad_330", "达拉特发电厂1—6号机", "dalad220", "thermal", 1980, 0.5, 0.9, "", "dalad_power", 0, 5000, "", RECALLED,
     f"6 × 330 = 1980；接220 kV为假定；{THERMAL}"),
    ("dalad_600", "达拉特发电厂7、8号机", "dalad500", "thermal", 1200, 0.5, 0.9, "", "dalad_power", 0, 5000, "", RECALLED,
     f"2 × 600 = 1200；接500 kV为假定；{THERMAL}"),
    ("yili_200", "国能亿利电厂", "yili220", "thermal", 800, 0.5, 0.9, "", "yili_power", 0, 5000, "", RECALLED,
     f"4 × 200 = 800；循环流化床；接入点为假定；{THERMAL}"),
    ("pv_base", "达拉特光伏领跑者基地", "pv220", "pv", 1000, 0, 1, "pv_ground", "", 0, 1900, "", PV_BASE,
     "500 + 500 = 1000；接入点为假定；增加值已在未建模增加值里，此处填0；方案要求光电不低于1900小时"),
    ("pv_juda", "聚达光伏", "juda220", "pv", 380, 0, 1, "pv_ground", "", 225.3, 1900, "juda", JUDA, f"公告：配套建设38万千瓦光伏{NEW_PV}"),
    ("pv_rooftop_600", "户用光伏（照方案60万千瓦）", "dist10", "rooftop_pv", 600, 0, 1, "pv_roof", "", 225.3, 0, "rooftop_600", PLAN,
     f"方案原数60万千瓦；600000 ÷ 4000 = 150 kW/户，待核{NEW_PV}"),
    ("pv_rooftop_100", "户用光伏（每户25 kW）", "dist10", "rooftop_pv", 100, 0, 1, "pv_roof", "", 225.3, 0, "rooftop_100", PLAN,
     f"4000 × 25 ÷ 1000 = 100；每户25 kW为假定，与电力平衡表一致{NEW_PV}"),
    ("pv_pinggao", "平高光伏", "pinggao220", "pv", 1600, 0, 1, "pv_ground", "", 225.3, 1900, "pinggao", PLAN, f"方案：160万千瓦{NEW_PV}"),
    ("wind_with_pv", "风光同场风电（占位）", "pv220", "wind", 100, 0, 1, "wind", "", 225.3, 0, "wind_with_pv", PLAN,
     f"10万千瓦为假定的占位，方案没有规模{NEW_PV}"),
)  # fmt: skip

RETROFITS = (
    ("dalad_330", "juda", 1900, 0.3, JUDA, "estimated",
     "1900 × (0.50 − 0.30) = 380；公告没有写改造哪台、改多深。聚达与达拉特发电厂同属内蒙华电、光伏接入该厂，假定改在该厂330 MW机组上，"
     "50%改到30%；按装机计为380 MW，乘可用率：1900 × 0.90 × (0.50 − 0.30) = 342"),
)  # fmt: skip
STORAGE = (
    ("pinggao_storage", "平高储能", "pinggao220", 160, 320, 0.93, 0.93, "pinggao", f"{PLAN}；{STORAGE_RULE}", "estimated",
     "1600 × 0.10 = 160；160 × 2 = 320；方案没有写储能规模，按新建新能源10%、2小时的要求；充、放电效率各0.93为假定。"
     "聚达以灵活性改造代替储能（假定），不配"),
)  # fmt: skip
EXCHANGE = (
    ("grid", "与蒙西主网500 kV联络（等值）", "hub500", 1500, 2000, 282.9, "", "",
     f"{ASSUMED}；{RECALLED}", "estimated",
     "外送 2 × 1000 = 2000，为假定；2021年净调出约73.2亿千瓦时：7320000 ÷ 8760 = 835.6 MW平均。受入1500 MW为假定；购入电价取蒙西燃煤基准价"
     "（凭记忆）；绿电随外送按比例带走"),
    ("corridor_guosanliang", "过三梁外送通道", "gsl500", 1000, 1000, 282.9, "", "guosanliang", f"{PLAN}；{ASSUMED}", "estimated",
     "1000 MW为假定；随过三梁站投运（计划年后）"),
    ("corridor_erzihao", "耳字壕外送通道", "ezh500", 1000, 1000, 282.9, "", "erzihao", f"{PLAN}；{ASSUMED}", "estimated",
     "1000 MW为假定；随耳字壕站投运（计划年后）"),
)  # fmt: skip

# Where owners are connected: bus, profile -> owners. Everybody else is at the development zone with a flat load.
PLACES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("dalad220", "flat"): ("dalad_power", "dalad_phase5"),
    ("yili220", "flat"): ("yili_power", "yili_chemical", "yili_carbide", "yili_jidong"),
    ("al220", "flat"): ("mengtai_aluminium", "alumina", "aluminium_alloy", "mengtai_alloy"),
    ("south110", "two_shift"): (
        "gaotouyao", "hongqingliang", "dianshigou", "fengshengkui", "sujiagou", "other_mines", "coal_washing", "chengliang_mine",
    ),
    ("park110", "day_shift"): ("other_building", "agro_processing", "equipment", "other_industry", "lianhe_wind"),
    ("rn1_110", "flat"): (
        "haixu_methoxide", "shenghong_materials", "shenghao_intermediates", "silicon_wafer", "solar_cell", "solar_module",
    ),
    ("rn1_110", "day_shift"): ("logistics_park", "pinggao_base"),
    ("dist10", "day_shift"): ("small_industry", "construction"),
    ("dist10", "charging"): ("transport",),
    ("dist10", "household"): ("households",),
    ("dist10", "service"): ("commerce", "public_institutions"),
    ("dist10", "farming"): ("farming",),
}  # fmt: skip
HEATING_MWH = 22_500  # as in society.csv: the part of the heating season within the year
LOAD_NOTE = {
    "dalad_power": "；厂用电随发电变，按平直近似",
    "transport": "；电动重卡60000 MWh的一半、充电桩7500 MWh的30%可在日内平移（假定）：(60000 × 0.5 + 7500 × 0.3) ÷ 84000 = 0.384",
    "households": "；曲线含“煤改电”供暖22500 MWh，按采暖度日分配；供暖不设可平移（可平移部分按全年均匀计，不合冬季负荷）",
}
FLEXIBLE = {"transport": "0.384"}

PROFILE_NAMES: tuple[tuple[str, str, str, str, str], ...] = (
    ("pv_ground", "地面光伏（固定倾角38°）", "output", "合成：pvlib晴空模型（Ineichen）与随机云量（固定种子）",
     "40.4°N、110.0°E、1000 m；组件/逆变器1.05、直流损失14%、逆变器0.98；云量按当地年总辐射约1630 kWh/m²假定，不按利用小时数凑"),
    ("pv_roof", "屋顶光伏（固定倾角25°）", "output", "合成：同地面光伏", "直流损失17%，其余同地面光伏；云量为假定"),
    ("wind", "风电（轮毂90 m）", "output", "合成：windpowerlib功率曲线（VS112/2500）与随机风速（固定种子）",
     "轮毂年平均风速约6.8 m/s、损失12%为假定；供“风光同场”一类项目使用"),
    ("flat", "连续生产", "load", ASSUMED, "电解铝、化工、厂用电等全年平直（假定）"),
    ("two_shift", "矿山两班", "load", ASSUMED, "早、中两班，夜班检修，节假日0.90（假定）"),
    ("day_shift", "白班为主的工业", "load", ASSUMED, "白班高、周末与节假日0.72（假定）"),
    ("service", "商贸与公共机构", "load", ASSUMED, "白天与傍晚高，冬季略高（假定）"),
    ("household", "居民", "load", ASSUMED, "晚高峰；“煤改电”供暖部分按合成气温的采暖度日分配：22500 ÷ 278808 = 0.0807（比例据社会用能表，形状为假定）"),
    ("farming", "农牧业（灌溉）", "load", ASSUMED, "4—9月灌溉与10月秋浇（假定）"),
    ("charging", "交通运输与充电", "load", ASSUMED, "中午、晚上两个换班补电高峰（假定）"),
)  # fmt: skip


def _builds() -> Rows:
    rows: Rows = []
    for key, name, clause, month, status, requires, excludes, question, parts, source, note in BUILDS:
        total, text = cost(*parts)
        text = f"年化成本（万元）：{text}；利率5%，电网30年、光伏风电25年、储能与改造15年，另加运维（假定）；{note}"
        sources = source if source == PLAN else f"{PLAN}；{source}"
        rows.append(
            (
                key,
                name,
                clause,
                total,
                month,
                status,
                requires,
                excludes,
                question,
                sources,
                "estimated",
                text,
            )
        )
    return rows


def _buses() -> Rows:
    known, typical = "名称见来源，接线为假定", "等值母线，接线为假定"
    return [
        (key, name, kv, BUS_SOURCE.get(key, ASSUMED), "estimated", known if key in BUS_SOURCE else typical)
        for key, name, kv in BUSES
    ]


def _branches() -> Rows:
    return [
        (key, name, start, end, "transformer" if "_tr" in key else "line", x, mw, build, ASSUMED, "estimated",
         text + BRANCH_NOTE.get(key, ""))
        for key, name, start, end, (x, mw, text), build in BRANCHES
    ]  # fmt: skip


TABLES: Mapping[str, tuple[str, Rows]] = {  # headings and rows of the tables that need nothing but this file
    "buses": ("bus_id,name,voltage_kv", _buses()),
    "builds": (
        "build_id,name,clause,annual_cost_wan_yuan,start_month,status,requires_id,excludes_id,question", _builds(),
    ),
    "branches": ("branch_id,name,from_bus,to_bus,kind,reactance_pu,capacity_mw,build_id", _branches()),
    "plants": (
        "plant_id,name,bus_id,kind,capacity_mw,pmin_share,availability,profile_id,unit_id,value_added_yuan_per_mwh,"
        "hours_floor,build_id", [(*row[:13], "estimated", row[13]) for row in PLANTS],
    ),
    "retrofits": ("plant_id,build_id,capacity_mw,pmin_share", list(RETROFITS)),
    "storage": (
        "storage_id,name,bus_id,power_mw,energy_mwh,efficiency_in,efficiency_out,build_id", list(STORAGE),
    ),
    "exchange": (
        "exchange_id,name,bus_id,import_mw,export_mw,import_yuan_per_mwh,export_green_share,build_id", list(EXCHANGE),
    ),
    "profile_names": ("profile_id,name,kind,is_synthetic", [
        (key, name, kind, 1, source, "estimated", text) for key, name, kind, source, text in PROFILE_NAMES
    ]),
}  # fmt: skip
