"""Questions about the protocol, answered from the file with clause and source, or that it does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ask import Ask
from bot.commands.protocol import menu, named_lines, topic_lines
from bot.messages import Reply, Text, say
from bot.speech import file_clauses, file_criteria, file_doses
from bot.speech.parse import Parsed
from bot.speech.plain import seen

TOPICS = {
    "assumptions": r"\bassum|假设",
    "clauses": (
        r"\b(?:escalation|stopping|expansion|reduction) rules?|rules? (?:for|of)|\bclauses?\b"
        r"|how .*\b(?:escalat|expand|reduc)|(?:递增|停止|终止|扩展|降低)(?:规则|标准|条件)|条款"
        r"|(?:怎么|如何)(?:递增|爬坡|升|降|扩展)"
    ),
}
STAGES = {
    "apheresis": r"apheresis|leukapheresis|采集|单采",
    "lymphodepletion": r"lymphodepletion|pretreatment|conditioning|清淋|预处理",
}
COURSE = r"\bcourse\b|\bstages?\b|before (?:the )?infusion|流程|阶段|步骤|回输前"
REGIMEN = r"regimen|drugs?\b|chemo|fludarabine|cyclophosphamide|方案|用药|药物|氟达拉滨|环磷酰胺"


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
    yield from _course(ask, plain)
    yield from file_doses.lines(ask, plain, found)
    yield from file_criteria.lines(ask, plain)
    yield from _about_the_trial(ask, plain)
    if re.search(
        r"window|observ|evaluat\w* period|观察(?!期后|期以后)|窗口|多少天|how many days|几天|day (?:0|zero)"
        r"|第[0零]天",
        plain,
    ) and not re.search(r"after (?:the )?window|间隔|之间|between|\b(?:place|slot)s?\b|名额", plain):
        yield topic_lines(ask, "window")[0]
    yield from file_clauses.lines(ask, plain)


def _course(ask: Ask, plain: str) -> Iterator[Text]:
    """The stages; of one stage what the file has, which is no regimen."""
    stages = topic_lines(ask, "course")
    if re.search(COURSE, plain):
        yield from stages
        return
    for number, stage in enumerate(ask.protocol.stages):
        if re.search(STAGES.get(stage.id, r"(?!)"), plain):
            yield stages[number]
            if re.search(REGIMEN, plain):
                yield say("speech.no_more")


def _about_the_trial(ask: Ask, plain: str) -> Iterator[Text]:
    trial = ask.protocol.trial
    if re.search(r"sponsor|申办", plain):
        yield say("speech.sponsor", sponsor=trial.sponsor, source=trial.source)
    if (
        re.search(r"registration|version|title|\bnct|编号|版本|题目|名称|哪版", plain)
        and "ctcae" not in plain
    ):
        yield say(
            "protocol.head", id=trial.id, title=trial.title, version=trial.version,
            sha=ask.protocol.sha256[:12], source=trial.source, target=trial.target_subjects,
        )  # fmt: skip
