"""Questions about the protocol, answered from the file with clause and source, or that it does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ask import Ask
from bot.commands.protocol import menu, named_lines, topic_lines
from bot.describe import source_words
from bot.messages import Reply, Text, say
from bot.speech.parse import Parsed
from bot.speech.plain import seen

COUNTS = {"one": "1", "two": "2", "three": "3", "six": "6", "none": "0", "no": "0"}
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
    r"\bage|years? old|year[- ]old|how old|年龄|岁|多大": ("age",),
    r"bone marrow|骨髓": ("bone_marrow",),
    r"coagul|clotting|凝血": ("coagulation",),
    r"liver|hepatic|肝功": ("liver",),
    r"kidney|renal|肾": ("kidney",),
    r"lung|pulmon|cardiopulm|心肺|肺功": ("cardiopulmonary",),
    r"failed|agents?|immunosuppress|biologic|免疫抑制|生物制剂|几种药": ("failed_agents",),
    r"relaps|refractor|复发|难治": ("relapsed_refractory",),
    r"acr|eular|classification|diagnos|诊断|分类": ("ssc_2013",),
}
TOPICS = {
    "assumptions": r"assumption|假设",
    "clauses": (
        r"\b(?:escalation|stopping|expansion|reduction) rules?|rules? (?:for|of)|\bclauses?\b"
        r"|(?:递增|停止|终止|扩展|降低)(?:规则|标准|条件)|条款"
    ),
    "course": (
        r"\bcourse\b|apheresis|leukapheresis|lymphodepletion|pretreatment|conditioning"
        r"|流程|清淋|预处理|采集"
    ),
}


def answer(ask: Ask, text: str, found: Parsed) -> Reply:
    """The lines of the file that speak of what is asked, or that it does not."""
    plain = seen(text)
    lines: list[Text] = []
    lines += [line for line in _lines(ask, plain, found) if line not in lines]
    return Reply(tuple(lines) or (say("speech.silent"),), menu() if not lines else ())


def _lines(ask: Ask, plain: str, found: Parsed) -> Iterator[Text]:
    ids = re.findall(r"(?<![a-z0-9])(?:a\d{1,2}|[ie]\d{1,2})(?![a-z0-9])", plain)
    ids += [clause.id for clause in ask.protocol.clauses if clause.id in plain]
    for id_ in ids:
        yield from named_lines(ask, id_)
    if ids:
        return
    for topic, pattern in TOPICS.items():
        if re.search(pattern, plain):
            yield from topic_lines(ask, topic)
    yield from _doses(ask, plain, found)
    yield from _criteria(ask, plain)
    yield from _cohorts(ask, plain)
    if re.search(r"window|observ|evaluat\w* period|观察|窗口|多少天|how many days|几天", plain):
        yield topic_lines(ask, "window")[0]
    yield from _dlts(ask, plain)


def _doses(ask: Ask, plain: str, found: Parsed) -> Iterator[Text]:
    doses = topic_lines(ask, "doses")
    levels = doses[: len(ask.protocol.levels)]
    if re.search(r"per kg|每公斤|体重|/kg|weight", plain):
        yield say("speech.total", source=ask.protocol.dose_source)
    if re.search(r"toleran|容差|偏差|given in full|足量", plain):
        yield doses[len(levels)]
    about = re.search(r"\bdos(?:e|es|age)|cells?\b|\blevels?\b|\bdl ?\d|剂量|细胞", plain)
    if not about or re.search(r"\bdose[- ]limiting|剂量限制", plain):
        return
    if found.slots.get("level"):
        yield levels[found.slots["level"] - 1]
    elif re.search(r"highest|maxim|\btop|最高|最大", plain):
        yield levels[-1]
    elif re.search(r"lowest|start|first|minim|最低|起始|首", plain):
        yield levels[0]
    elif not re.search(r"cohort|subjects|patients|signs?\b|open|签|例|开放|递增", plain):
        yield from levels


def _criteria(ask: Ask, plain: str) -> Iterator[Text]:
    facts = {
        fact for pattern, facts in ABOUT.items() if re.search(pattern, plain, re.ASCII) for fact in facts
    }
    kinds = [
        k for k, p in (("inclusion", r"inclu|入选|纳入"), ("exclusion", r"exclu|排除")) if re.search(p, plain)
    ]
    if not facts and not kinds and re.search(r"criteri|eligib|入组(?:标准|条件|要求)|标准有", plain):
        kinds = ["inclusion", "exclusion"]
    for criterion in ask.protocol.criteria:
        if facts & set(criterion.facts) if facts else criterion.kind in kinds:
            yield say(
                f"protocol.{criterion.kind}", id=criterion.id, says=criterion.says, source=criterion.source
            )


def _cohorts(ask: Ask, plain: str) -> Iterator[Text]:
    file = ask.protocol
    if re.search(
        r"cohort|per (?:level|group|dose)|(?:each|a) (?:level|group|dose)|队列|(?:每"
        r"|一)(?:个)?(?:剂量)?组|例一组|最多几|(?:几|多少)(?:人|例|名)",
        plain,
    ):
        yield say(
            "protocol.cohort", size=file.cohort.size, maximum=file.cohort.maximum, source=file.cohort.source
        )
    if re.search(
        r"target|sample size|planned|in total|how many (?:subjects|patients|people)|样本|计划|目标|总共|一共",
        plain,
    ):
        yield say("speech.target", target=file.trial.target_subjects, source=file.trial.source)
    if re.search(r"\b(?:place|slot)s?\b|名额", plain):
        yield say("speech.hold", days=file.cohort.slot_hold_days, source=file.cohort.source)
    if re.search(r"spacing|stagger|interval|间隔", plain):
        yield from named_lines(ask, "A15")
    if re.search(r"\bsign|\bconfirm|\bapprov|\bdecid|responsib|签|批准|确认|决定|判定", plain) and re.search(
        r"who|谁|什么人", plain
    ):
        yield from named_lines(ask, "A18")
    if re.search(r"sponsor|registration|version|title|nct|申办|编号|版本|题目|名称", plain):
        trial = file.trial
        yield say(
            "protocol.head", id=trial.id, title=trial.title, version=trial.version, sha=file.sha256[:12],
            source=trial.source, target=trial.target_subjects,
        )  # fmt: skip


def _dlts(ask: Ask, plain: str) -> Iterator[Text]:
    """The definition, or the clauses for so many DLTs in so many."""
    if not re.search(r"dlt|dose[- ]limiting|剂量限制|\bmtd\b", plain):
        return
    counts = re.findall(
        r"\b(one|two|three|six|none|no|[0-6])\b(?= dlt|.{0,30}\b(?:in|of|among)\b| more)|\b(?:in|of"
        r"|among) (?:the )?(one|two|three|six|[0-6])\b",
        plain,
    )
    numbers = [COUNTS.get(word, word) for pair in counts for word in pair if word] or re.findall(
        r"(\d)(?=例)", plain
    )
    if numbers:
        yield from _clauses(ask, numbers)
    elif re.search(r"\bmtd\b", plain):
        yield from _clauses(ask, ["MTD"])
    elif not re.search(r"window|observ|观察|窗口", plain):
        yield topic_lines(ask, "window")[1]
        yield topic_lines(ask, "window")[0]


def _clauses(ask: Ask, words: list[str]) -> Iterator[Text]:
    """The clauses in force whose Chinese sentence, which has its numbers in digits, holds all of these."""
    for table in ask.protocol.tables.values():
        for clause in table:
            sentence = dict(clause.says.by_language).get("zh", "")
            if all(word in sentence for word in words):
                yield say(
                    "protocol.clause",
                    id=clause.id,
                    says=clause.says,
                    source=source_words(clause.source, clause.under),
                )
