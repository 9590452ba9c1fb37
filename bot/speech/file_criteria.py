"""The criteria that a question is about; none where it asks of one thing that the file leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ask import Ask
from bot.messages import Text, say

# What is asked about -> the facts whose criteria answer it.
ABOUT = {
    r"virus|病毒": ("hbsag", "aids", "other_virus"),
    r"hbsag|hepatitis b|hep b|hbv|乙肝": ("hbsag",),
    r"hcv|hepatitis c|丙肝|\bhiv\b|cmv|ebv": ("other_virus", "aids"),
    r"aids|艾滋": ("aids",),
    r"syphilis|梅毒": ("syphilis",),
    r"malignan|cancer|tumou?r|肿瘤|癌": ("malignancy_5y",),
    r"heart|cardiac|心脏": ("severe_heart_disease", "cardiopulmonary"),
    r"mental|psychiatr|精神": ("serious_mental_disorder",),
    r"\bage\b|\baged\b|\bages\b|years? old|year[- ]olds?|how old|年龄|岁|多大": ("age",),
    r"bone marrow|骨髓": ("bone_marrow",),
    r"coagul|clotting|凝血": ("coagulation",),
    r"liver|hepatic|肝功": ("liver",),
    r"kidney|renal|肾": ("kidney",),
    r"lung|pulmon|cardiopulm|心肺|肺功": ("cardiopulmonary",),
    r"failed|agents?\b|immunosuppress|biologic|免疫抑制|生物制剂|几种药": ("failed_agents",),
    r"relaps|refractor|复发|难治": ("relapsed_refractory",),
    r"acr|eular|classification|diagnos|诊断|分类": ("ssc_2013",),
}
KINDS = {
    "inclusion": r"inclu|entry criteri|入选|纳入|入排|谁(?:可以|能)(?:参加|入)",
    "exclusion": r"exclu|排除|入排|不能(?:参加|入)|不可以(?:参加|入)",
}
WHO = re.compile(
    r"who (?P<who>can|may|could|cannot|can't|must|should)(?P<not> not|n't)?\b|take part|participat"
)
# One thing is asked of: where the file has no criterion on it, a list of the others would be no answer.
ONE_THING = re.compile(
    r"^\W*(?:is|are|does|do|can|could|may|would|should|must|what about)\b"
    r"(?!.*\b(?:list|show|tell|give|you|there|which|the (?:in|ex)clusion criteria|the criteria)\b)"
    r"|(?:是|算|属于)(?:不是)?(?:排除|入选|纳入|入组)(?:标准|条件)|(?:要|需要?)排除吗"
    r"|(?:能|可以|可否|能否)(?:不能)?(?:入组|入选|参加|参与)"
)
NO_ONE_THING = re.compile(r"哪|谁|什么")


def lines(ask: Ask, plain: str) -> Iterator[Text]:
    """The criteria about the facts that are named, or every one of the kinds that are."""
    facts = {
        fact for pattern, facts in ABOUT.items() if re.search(pattern, plain, re.ASCII) for fact in facts
    }
    kinds = [] if ONE_THING.search(plain) and not NO_ONE_THING.search(plain) else _kinds(plain)
    for criterion in ask.protocol.criteria:
        if facts & set(criterion.facts) if facts else criterion.kind in kinds:
            yield say(
                f"protocol.{criterion.kind}", id=criterion.id, says=criterion.says, source=criterion.source
            )


def _kinds(plain: str) -> list[str]:
    if who := WHO.search(plain):
        denied = bool(who["not"]) or who["who"] in ("cannot", "can't") or "not" in plain
        return ["exclusion"] if denied or "exclu" in plain else ["inclusion"]
    kinds = [kind for kind, pattern in KINDS.items() if re.search(pattern, plain)]
    if not kinds and re.search(r"criteri|eligib|入组(?:标准|条件|要求)|标准有|^标准", plain):
        return ["inclusion", "exclusion"]
    return kinds
