"""Every key of `scenario.toml` in one list: Chinese and English meaning, unit, kind, default, choices.

The types, bounds and defaults are those of `settings.py`; here is only what people read. The fill-in workbook, the
commented scenario.toml and the comparison of two scenarios are driven by `SETTINGS`.
"""

import types
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dualcontrol.model.settings import Settings

Kind = Literal["text", "number", "integer", "flag", "choice", "date", "numbers", "texts"]


@dataclass(frozen=True)
class Setting:
    """One key: `section.name` or `name`. `default` is None where there is none or where the key is required."""

    key: str
    kind: Kind
    zh: str
    en: str
    unit: str
    is_required: bool
    default: Any
    choices: tuple[str, ...] = ()


# section -> name -> (meaning in Chinese, unit; "" for none)
_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "": {
        "title_zh": ("情景名称（中文）", ""),
        "title_en": ("情景名称（英文）", ""),
        "region_zh": ("地区（中文）", ""),
        "region_en": ("地区（英文）", ""),
        "nature": ("数据性质：重构、虚构或官方；只有官方数据才不带“演示数据·非官方文件”字样", ""),
        "base_year": ("基年", "年"),
        "plan_year": ("计划年", "年"),
        "as_of": ("时点：适用这一天有效的规则和标准", ""),
        "gdp_base_wan_yuan": ("基年地区生产总值，各行相加应与之相符", "万元"),
        "counted_base_tce": ("基年列入模型的能耗，各单位相加应与之相符（当量）", "tce"),
        "price_base": ("增加值和地区生产总值的价格基期", "年"),
        "disabled_clauses": ("停用的条款编号", ""),
    },
    "targets": {
        "manage_total": ("能耗总量由统筹池管理（3.2.1b）", ""),
        "increment_tce_eq": ("上级下达的新增用能空间（等价）", "tce_eq"),
        "gdp_growth": ("地区生产总值增速；未下达增量时用来推算", "小数"),
        "intensity_reduction": ("单位地区生产总值能耗比基年下降", "小数"),
        "overshoot_max_share": ("总量弹性区间，占基年总量（1.b）", "小数"),
        "overshoot_price_wan_yuan_per_tce": ("弹性区间内每吨标准煤的代价", "万元/tce"),
        "waiver_document": ("市里同意总量豁免的文件（1.b）", ""),
        "incentive_intensity_reduction": ("可获总量豁免的激励目标（强度下降）", "小数"),
        "co2_budget_t": ("全旗碳排放预算（3.2.1a）", "t"),
        "co2_intensity_reduction": ("单位地区生产总值碳排放比基年下降（3.3.3a）", "小数"),
        "fossil_max_share_of_base": ("化石能源上限，占基年（当量，2.3）", "小数"),
        "local_renewable_share_min": ("本地非化石电量占用电量的下限（2.3）", "小数"),
    },
    "accounting": {
        "k_eq_tce_per_mwh": ("电力等价折标系数", "tce/MWh"),
        "primary_electricity": ("非化石电力按等价（eq）还是按热当量（physical）计", ""),
        "grid_co2_t_per_mwh": ("净调入电力排放因子", "t/MWh"),
        "grid_factor": ("改用 grid_factors 表中的哪一条（3.3.3a）", ""),
        "renewable_share_required": ("可再生能源电力消纳责任权重（3.3.3c）", "小数"),
    },
    "policy": {
        "base_method": ("基数取法：上年、三年平均、按产量调整", ""),
        "benchmark_tce_per_wan_yuan": ("全旗基准单耗；留空按各单位平均", "tce/万元"),
        "cut_phase_share": ("与先进值差距当年压减的比例（3.3.1b）", "小数"),
        "release_phase_share": ("超出部分当年腾出的比例（3.3.2c）", "小数"),
        "max_release_share": ("一年最多腾出，占基数（3.3.2c）", "小数"),
        "max_cut_share": ("按 3.2.1c 一年最多压减，占基数", "小数"),
        "allowance_share": ("能效高的单位可在基数之上放宽（3.3.2b）", "小数"),
        "leader_bonus_share": ("能效领跑者奖励（3.3.1c）", "小数"),
        "green_factory_bonus_share": ("绿色工厂奖励（3.3.3d）", "小数"),
        "upgrade_bonus_share": ("产能置换奖励：按增加值提高的幅度，占被置换能耗的比例（3.3.2d）", "小数"),
        "upgrade_bonus_max_share": ("产能置换奖励上限，占被置换能耗（3.3.2d）", "小数"),
        "accepts_declared_replacement": ("置换来源未列入 replacements.csv 时，是否认可申报的置换量（3.2.3e）", ""),
        "dishonesty_penalty_share": ("严重失信扣减指标的比例（3.2.5）", "小数"),
        "headroom_share": ("在计划用能之上另列的余量，占用能", "小数"),
        "reserve_share": ("新增空间留作预备的比例", "小数"),
        "quarter_shares": ("四个季度的指标比例，合计为 1", "小数"),
    },
    "conduct": {
        "noticed_penalty_share": ("通报单位扣减，占基数", "小数"),
        "warned_penalty_share": ("警告单位扣减，占基数（3.2.5）", "小数"),
        "noticed_repair_months": ("通报单位：从整改完成到信用修复的月数", "月"),
        "warned_repair_months": ("警告单位：从整改完成到信用修复的月数", "月"),
        "serious_repair_months": ("严重失信单位：从整改完成到信用修复的月数", "月"),
    },
    "agenda": {
        "threshold_tce": ("达到这一数量的事项附备选方案（3.2.2b；假定）", "tce"),
        "most_alternatives": ("最多测算几个备选方案，大的在先（3.2.2b）", "个"),
        "simple_rules": ("与简单的分配办法比较（2.2）", ""),
    },
    "evaluation": {
        "project_grading": ("拟新增项目定级：不定级、按得分、按名次；D 级不准入（附件1）", ""),
        "unit_grading": ("存量单位定级：不定级、按得分、按名次（3.3.2a）", ""),
        "grade_scores": ("A、B、C 级的最低得分", "分"),
        "grade_shares": ("按名次定级时 A、B、C 级的累计比例", "小数"),
        "a_allowance_factor": ("A 级单位 3.3.2b 放宽幅度的倍数", "倍"),
        "weight_change": ("检验排序时权重改变的幅度", "小数"),
        "five_year_increment_tce_eq": ("五年新增空间，影响程度 m 的分母", "tce_eq"),
    },
    "review": {
        "exempt_below_tce": ("年能耗低于此数不单独进行节能审查（当量）", "tce"),
        "exempt_below_mwh": ("且年用电量低于此数", "MWh"),
        "province_from_tce": ("年能耗达到此数由自治区审查（当量）", "tce"),
        "national_from_tce": ("两高项目年能耗达到此数须国家窗口指导（当量）", "tce"),
        "between": ("介于两者之间时由谁审查（按地方规定）", ""),
        "pending_units_stop": ("节能审查未办完的存量单位也停产（3.2.2a）", ""),
    },
    "trade": {
        "open": ("计划下达后可否交易用能权（A2）", ""),
        "reserve_price_wan_yuan_per_tce_eq": ("保留价，最低成交价（等价，A2）", "万元/tce_eq"),
        "price_cap_wan_yuan_per_tce_eq": ("最高价（等价，A2）", "万元/tce_eq"),
        "cap_share": ("现有单位最多买入，占其基数（A2）", "小数"),
        "county_share": ("关停腾出的指标中归旗里、不进市场的部分（A2）", "小数"),
        "county_buys_max_tce_eq": ("旗里按保留价最后买入、转入预留的上限（A2）", "tce_eq"),
        "county_sells_share": ("旗里按最高价最后卖出的上限，占预留（A2）", "小数"),
        "validity_years": ("用能权有效年数，按年付款，不超过五年规划期末（A2）", "年"),
        "period_end_year": ("五年规划期的最后一年，用能权到期（A2）", "年"),
        "restricted_units": ("限制类、淘汰类单位：不得买入，只能卖出关停腾出的（A2）", ""),
    },
    "solve": {
        "score_tolerance_wan_yuan": ("为按得分排序可让出的增加值", "万元"),
        "mip_gap": ("第一阶段允许的相对间隙", "小数"),
        "time_limit_s": ("第一阶段时间上限", "秒"),
        "relax_integers": ("解线性松弛（只用于教学和检验）", ""),
    },
    "time": {
        "mode": ("电网全年的算法：典型日（草案）、全年 8760 小时、不算电网", ""),
        "typical_days": ("典型日个数", "天"),
        "extreme_days": ("另加负荷最高、风光最弱的日子", ""),
        "gap": ("含电网方案允许的相对间隙", "小数"),
        "most_evaluations": ("全年核算的次数上限", "次"),
    },
    "power": {
        "missing_hours_yuan_per_mwh": ("利用小时不足时每兆瓦时的代价（3.4.3h）", "元/MWh"),
        "shed_yuan_per_mwh": ("失负荷的代价", "元/MWh"),
    },
}  # fmt: skip
_ENGLISH = {  # where the settings carry no description
    "title_zh": "title in Chinese",
    "title_en": "title in English",
    "region_zh": "region in Chinese",
    "region_en": "region in English",
    "base_year": "base year",
    "plan_year": "plan year",
    "base_method": "how the base is taken: last year, mean of three years, adjusted by output",
}


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not type(None))
        return _kind(inner)
    if hasattr(annotation, "__metadata__"):  # Annotated[float, ...]
        return _kind(get_args(annotation)[0])
    if origin is Literal:
        return "choice", get_args(annotation)
    if origin is tuple:
        return ("texts" if get_args(annotation)[0] is str else "numbers"), ()
    kinds: dict[Any, Kind] = {bool: "flag", int: "integer", float: "number", str: "text", date: "date"}
    return kinds[annotation], ()


def _setting(key: str, info: FieldInfo) -> Setting:
    kind, choices = _kind(info.annotation)
    section, _, name = key.rpartition(".")
    # without words a key still works everywhere; a test asks for them
    zh, unit = _WORDS.get(section, {}).get(name, ("", ""))
    default = None if info.is_required() else info.default
    english = info.description or _ENGLISH.get(name, name)
    return Setting(key, kind, zh, english, unit, info.is_required(), default, choices)


def _all() -> tuple[Setting, ...]:
    found = []
    for name, info in Settings.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found += [_setting(f"{name}.{k}", inner) for k, inner in section.model_fields.items()]
        elif name != "inherits":
            found.append(_setting(name, info))
    return tuple(found)


SETTINGS: dict[str, Setting] = {setting.key: setting for setting in _all()}


def values_of(settings: Settings) -> dict[str, Any]:
    """The value of every key, in the order of `SETTINGS`; None where an optional one is not set."""
    found: dict[str, Any] = {}
    for key in SETTINGS:
        section, _, name = key.rpartition(".")
        found[key] = getattr(getattr(settings, section) if section else settings, name)
    return found
