"""What the words of choice columns and settings mean in Chinese: the drop-downs show `已批准 approved`.

A word that means different things in different columns stands as `<column>.<word>`; units and clauses stand for
themselves.
"""

from collections.abc import Sequence

CHINESE: dict[str, str] = {
    # rows
    "measured": "实测",
    "published": "公开",
    "standard": "标准",
    "recalled": "凭记忆",
    "estimated": "估算",
    "fuel": "燃料动力",
    "feedstock": "原料",
    "conversion_in": "加工转换投入",
    "conversion_out": "加工转换产出",
    # units and projects
    "approved": "已批准",
    "exempt": "免审",
    "pending": "办理中",
    "missing": "未办理",
    "normal": "正常",
    "noticed": "通报",
    "warned": "警告",
    "serious": "严重失信",
    "encouraged": "鼓励类",
    "allowed": "允许类",
    "restricted": "限制类",
    "eliminated": "淘汰类",
    "any": "不限",
    "banner": "旗级",
    "city": "市级",
    "province": "自治区级",
    "national": "国家级",
    "review_level.none": "无",
    "advanced": "先进值",
    "access": "准入值",
    "limit": "限定值",
    "regional": "地方",
    "exempt_if.none": "无豁免",
    "exempt_if.national": "国家单列",
    "chain": "延链补链",
    "national_or_chain": "国家单列或延链补链",
    "retrofit": "节能改造",
    "equipment": "设备更新",
    # county
    "non_fossil_generation": "非化石发电量",
    "non_fossil_local": "本地消纳的非化石电量",
    "losses": "线损",
    "self_pv": "自用光伏",
    "excess_renewable": "超额消纳的可再生电力",
    "added_renewable": "比2020年新增的可再生电力",
    "kind.feedstock": "原料用能",
    "kind.national": "国家单列项目",
    "intensity": "强度",
    "total": "总量",
    "quota_tce": "用能指标",
    "admitted": "是否安排",
    "fixed": "定值",
    "min": "下限",
    "max": "上限",
    # evaluation
    "specific_energy": "单位产品能耗",
    "energy_per_output": "单位产值能耗",
    "output_per_mu": "亩均产值",
    "profit_per_mu": "亩均利润",
    "tax_per_mu": "亩均税收",
    "jobs_per_100_mu": "百亩就业",
    "energy_per_value_added": "单位增加值能耗",
    "value_added_per_mu": "亩均增加值",
    "co2_per_value_added": "单位增加值碳排放",
    "water_per_value_added": "单位增加值用水",
    "water_per_output": "单位产值用水",
    # carbon and tariffs
    "differential": "差别电价",
    "step": "阶梯电价",
    "own_plant": "自备电厂",
    "factor": "排放系数",
    "carbon_in": "碳输入",
    "carbon_out": "碳输出",
    # network
    "committed": "已定",
    "open": "待定",
    "line": "线路",
    "transformer": "变压器",
    "thermal": "火电",
    "pv": "光伏",
    "wind": "风电",
    "rooftop_pv": "屋顶光伏",
    "output": "出力",
    "load": "负荷",
    # settings
    "reconstructed": "重构",
    "fictional": "虚构",
    "official": "官方",
    "eq": "等价",
    "physical": "热当量",
    "last_year": "上年",
    "mean_of_three": "三年平均",
    "output_adjusted": "按产量调整",
    "project_grading.none": "不定级",
    "unit_grading.none": "不定级",
    "score": "按得分",
    "quantile": "按名次",
    "typical": "典型日",
    "year": "全年逐时",
    "mode.none": "不算电网",
}


def chinese(column: str, word: str) -> str:
    """The Chinese of a word in a column (its name, or a setting's last name); "" where it stands for itself."""
    return CHINESE.get(f"{column}.{word}", CHINESE.get(word, ""))


def label(column: str, word: str) -> str:
    """What the drop-down shows: Chinese and word."""
    return f"{chinese(column, word)} {word}".strip()


def word_of(column: str, words: Sequence[str], text: str) -> str:
    """The word a cell means: the label, its Chinese alone or the word itself; the text unchanged if none of them."""
    wanted = " ".join(text.split())
    for word in words:
        if wanted in (word, label(column, word), chinese(column, word)):
            return word
    return text
