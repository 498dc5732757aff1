# ruff: noqa: E501 - the plan's own sentences stand on one line
"""The clauses of the plan in its own words, with what dropping each does to value added (design §9).

Source: 达拉特旗能耗双控工作实施方案 (2022-02-11). Effects: restrictive, dropping it never lowers value added; permissive, dropping
it never raises it; transfer, it moves quota without a sign of its own; report, it shows and decides nothing;
data, it is what everything is counted from; outside, it is not modelled, and `note` says why.
"""

from dataclasses import dataclass
from typing import Literal

Effect = Literal["restrictive", "permissive", "transfer", "report", "data", "outside"]


@dataclass(frozen=True)
class Clause:
    """One clause: id, the plan's sentence, effect; note_zh, note_en: how it is carried, or why it is not."""

    id: str
    quote: str
    effect: Effect
    note_zh: str = ""
    note_en: str = ""


REGISTER: tuple[Clause, ...] = (
    Clause("1.a", "全年实现规模以上工业企业综合能源消费量较去年同期减少12.54万吨标准煤，同比下降1.25%。万元GDP能耗预计下降8.9%", "data",
           "基年数据须与公布的总数相符，不符即拒绝", "the base year must add up to the published totals, else the scenario is refused"),
    Clause("1.b", "能耗强度严格控制，能耗总量弹性管理", "permissive",
           "总量可在有价的弹性区间内超出；豁免须有市里文件", "the total may be exceeded in a priced band; the waiver needs the city's letter"),
    Clause("2.1", "依据上级下达我旗本年度能耗“双控”目标任务，压实行业主管部门和市场主体节能责任", "report",
           "各部门、各单位所持指标", "who answers for which quota"),
    Clause("2.2", "严格实行能耗预算管理……突出能效优先导向", "permissive",
           "目标函数：增加值最大；停用后任一合规方案均可", "the objective: greatest value added; without it any plan within the limits will do"),
    Clause("2.3", "注重从能耗存量中挤“水分”……加快淘汰落后、低端产能及用能设备……逐步减少化石能源消费……提高新能源就地消纳权重", "transfer",
           "节能措施与淘汰由计划选取（放宽）；化石能源与就地消纳目标，设了才有（限制）",
           "the plan chooses saving measures and retirements (permissive); targets of fossil fuel and local renewables, where set, restrict"),
    Clause("2.4", "着重抓好工业、交通、建筑、商贸、农牧业、公共机构等重点领域和重点用能单位节能管理", "transfer",
           "全社会各领域单列预算、按需安排（限制；停用则按上年），各领域自己的节能措施（放宽）", "every field of society has a line with its need (restrictive; without the clause last year's use) and measures of its own (permissive)"),
    Clause("2.5", "实现对全部规上工业企业能耗的实时精准监测预警……建立招商引资新项目准入能效评估机制。积极审慎开展用能权交易试点工作", "report",
           "年中由 `dualcontrol track` 跟踪、预警、滚动优化；准入评估见3.2.3c；用能权交易见A2",
           "in the year `dualcontrol track` follows, warns and re-optimises; entry is evaluated under 3.2.3c; use rights are A2"),
    Clause("3.1.1", "严格控制存量高耗能企业新增用能，坚决守住能耗双控底线", "restrictive"),
    Clause("3.1.2", "加强重点用能单位节能目标责任考核……按年度对重点用能企业的能耗投入产出综合效益进行科学客观评价", "report",
           "年度评价出附表；年底由 `dualcontrol settle` 用计量数据与指标清算", "the evaluation is a report; at year-end `dualcontrol settle` settles metered use against quotas"),
    Clause("3.2.1a", "强化能耗强度及碳排放强度控制，提升能耗总量及碳排放总量调节弹性。……科学合理分配重点用能单位用能指标，并严格执行", "restrictive"),
    Clause("3.2.1b", "要将上级下达的新增用能空间和节能挖潜、淘汰落后等腾挪出的用能指标全部纳入用能预算管理", "restrictive"),
    Clause("3.2.1c", "要确保优质项目和全社会合理用能，限制低产、高耗能企业用能", "transfer",
           "全社会保底为限制，限制低产高耗能为转移", "protected floors restrict, limits on low output move quota"),
    Clause("3.2.1d", "实现全社会单位GDP能耗和高耗能行业单位工业增加值能耗不断下降优化的良好目的", "restrictive"),
    Clause("3.2.2a", "严禁未办理节能审查手续开工建设生产。如有发现，必须依法依规停建停产整改", "restrictive"),
    Clause("3.2.2b", "涉及能耗指标安排等重大问题，一律经旗人民政府常务会议审定", "restrictive"),
    Clause("3.2.2c", "新建项目严格按审批权限，依法依规办理节能审查手续", "restrictive"),
    Clause("3.2.3a", "对属于限制类和淘汰类的“两高”项目，一律不予立项，严禁以任何形式对“两高”项目变相审批建设", "restrictive"),
    Clause("3.2.3b", "全旗招商引资拟新引进的工业项目，必须进入合规工业园区", "restrictive"),
    Clause("3.2.3c", "进行单位产品能耗、单位工业总产值能耗、亩均产值、利润、税收、就业等多指标综合能效评价分析，从而确定项目引进优先级排序", "restrictive",
           "在规定的容差内按得分先后；容差即排序的代价", "within a stated tolerance the score decides; the tolerance is what the ranking may cost"),
    Clause("3.2.3d", "凡单位增加值能耗强度高于地区标杆值的项目，一律从严审批，并执行能耗指标批复制度", "restrictive"),
    Clause("3.2.3e", "按照自治区《关于确保完成“十四五”能耗双控目标若干保障措施》《关于加强高耗能高排放项目准入管理的意见》等文件要求，全面加强“两高”项目准入管理", "restrictive"),
    Clause("3.2.4", "实施绿色电价政策，引导能耗要素合理流动", "restrictive"),
    Clause("3.2.5", "加强节能失信行为管理……明确节能失信行为管理主体、管理对象、认定条件、惩戒措施等，制定工作流程，完善失信修复机制", "restrictive"),
    Clause("3.3.1a", "按照“趋严”原则，开展重点用能单位能效对标，划定单位产品能耗基准线，其中“三高”项目单位产品能耗必须达到国家先进值以上", "restrictive"),
    Clause("3.3.1b", "对未达到国家单位产品能耗先进值的，削减相应的能耗指标，并由旗人民政府统筹安排使用", "transfer"),
    Clause("3.3.1c", "鼓励重点支柱产业企业打造国家工信部能效“领跑者”，对于入选用能单位，给予相关政策支持", "transfer"),
    Clause("3.3.2a", "探索构建涵盖增加值、产值、税收、就业等指标的综合评价体系及标准，引导产业转型发展，推动落后产能有序退出", "transfer",
           "A级放宽更多，D级不增配并可压减；等级默认不启用", "grade A is relaxed further, grade D gets no grant and may be limited; grades are off unless the scenario asks"),
    Clause("3.3.2b", "对于能耗强度优于该值的用能单位，可适当放宽能源消费总量约束", "permissive"),
    Clause("3.3.2c", "对于能耗强度超过该值的用能单位，逐步将超出部分对应的能耗指标腾出，用于导入更高附加值的项目", "transfer",
           "当年按比例腾出；逐年累计由 `dualcontrol years` 按路径统筹", "a share is released in the year; the steps over the years are those of a path, decided together by `dualcontrol years`"),
    Clause("3.3.2d", "鼓励企业通过自主产能置换的方式，向高附加值环节延伸，按照增加值提升比例，并给予一定的增量能耗指标支持", "permissive"),
    Clause("3.3.3a", "梳理编制我旗温室气体排放清单，建立重点用能单位碳排放总量及强度的管理考核机制", "restrictive"),
    Clause("3.3.3b", "鼓励重点用能单位结合厂区条件建设分布式光伏，自发自用部分不计入能耗及碳排放总量考核", "permissive"),
    Clause("3.3.3c", "扩大可再生能源电力消费比例，对消纳比例超过我旗基准要求的，超出部分不计入能耗及碳排放总量考核", "permissive"),
    Clause("3.3.3d", "积极推进用能单位申报绿色工厂，对绿色工厂予以一定财政资金及能耗指标支持", "transfer"),
    Clause("3.3.4a", "探索开展原料用能和加工转化用能的单独核算", "permissive"),
    Clause("3.3.4b", "打通各相关部门数据“竖井”……特别是要增加水指标、碳排放指标评价分析模块", "restrictive"),
    Clause("3.4.1", "稳步推动荣信80万吨烯烃、海旭5.6万吨甲醇钠等精细化工项目落地开工……实施圣和硅油硅胶硅树脂、默锐核级钠、长信碳纳米管、亿恒嘉业酚醛树脂等项目", "permissive",
           "方案点名的候选项目；停用则没有候选项目", "the candidates the plan names; without the clause there are none"),
    Clause("3.4.2", "全年煤炭销量稳定在5000万吨左右。……实施新能源企业优选计划……推动风光同场、光伏制氢、火电灵活性改造、光储氢车一体化、源网荷储一体化等项目建设", "restrictive",
           "煤炭产量不低于规定；新能源企业按同一评价优选", "output of coal is kept up; new-energy enterprises are chosen by the same evaluation"),
    Clause("3.4.3a", "加快开发区增量配电改革试点进度，确保润能一号110千伏变电站建成投用，启动润能二号110千伏变电站", "permissive"),
    Clause("3.4.3b", "启动……聚达灵活性改造消纳38万千瓦项目建设", "permissive"),
    Clause("3.4.3c", "实施过三梁、耳字壕2座500千伏超高压输变电工程", "permissive"),
    Clause("3.4.3d", "推动“绿电”进园区、进企业", "permissive"),
    Clause("3.4.3e", "加快整旗推进屋顶户用光伏项目建设，年内改造完成4000户，装机规模达到60万千瓦", "permissive"),
    Clause("3.4.3f", "推动平高集团160万千瓦大型集中式光伏储能及储能装配基地项目建设", "permissive"),
    Clause("3.4.3g", "率先建成以新能源为主体的增量配电源网自用与外送大通道绿电输出相结合的新型电力系统", "permissive"),
    Clause("3.4.3h", "确保火电、光电机组年利用小时数分别达到5000小时和1900小时以上", "restrictive"),
    Clause("3.4.4", "加快数字经济发展", "outside",
           "方案未给任何用能或产值数字，只随全社会用能和未建模增加值计入", "the plan gives no figure of energy or output; it is part of society's lines and of the value added outside the model"),
    Clause("3.4.5", "年内新建充电桩500个、引进电动重卡1000辆。……完成“以电代煤”清洁能源供暖改造3000户，推广使用“煤改电”面积40万平方米", "transfer"),
    Clause("3.5.1", "注重引导工业企业主动运用高新技术和先进适用技术对传统产业开展工艺全流程清洁化、循环化、低碳化改造", "permissive"),
    Clause("3.5.2", "严格执行居住建筑、公共建筑节能标准……开展既有建筑节能改造，加快居住建筑供热计量改造", "permissive"),
    Clause("3.5.3", "优先发展绿色公共交通……严格执行老旧交通运输工具报废更新制度，推广使用高效、节能、环保的交通运输工具", "permissive"),
    Clause("3.5.4", "引导商贸餐饮住宿企业做好建筑、照明、空调、电梯、冷藏等关键部位节能改造", "permissive"),
    Clause("3.5.5", "以党政机关、事业单位、学校、医院为重点，加强公共机构节能管理", "permissive"),
    Clause("3.5.6", "推动农牧业和农村牧区节能减排工作……引导农牧户使用清洁能源进行炊事和取暖", "permissive"),
    Clause("4", "提高政治站位，加强组织领导……加强人力资金要素保障……注重舆论宣传", "outside",
           "组织、人员、宣传没有数量关系；部门责任见 2.1 的附表", "organisation, staff and publicity have no quantities; departments are in the report of 2.1"),
    Clause("A1", "附件：1.达拉特旗十四五期间新建工业项目能效综合评价实施细则（试行）", "restrictive",
           "附件原文未见；指标、权重、等级均为情景参数", "the annex is not at hand; indicators, weights and grades are parameters of the scenario"),
    Clause("A2", "2.达拉特旗用能权有偿使用和交易管理暂行办法（试行）", "permissive",
           "附件原文未见，参数均为假定；市场默认关闭，计划下达后另行开市（`trade` 命令），不改动计划，故停用时计划不变，只是没有交易",
           "the annex is not at hand, all parameters are assumed; the market is closed by default and held after the plan is "
           "issued (command `trade`), so without the clause the plan is the same and nothing is traded"),
)  # fmt: skip
BY_ID = {clause.id: clause for clause in REGISTER}
