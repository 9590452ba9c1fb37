"""What the file says of DLTs: the definition, the clauses for so many in so many, and assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ask import Ask
from bot.commands.protocol import named_lines, topic_lines
from bot.describe import source_words
from bot.messages import Text, say
from rules.protocol import Clause

COUNTS = {
    "one": "1", "two": "2", "three": "3", "six": "6", "none": "无DLT", "no": "无DLT", "nobody": "无DLT",
    "no one": "无DLT", "0": "无DLT", "一": "1", "二": "2", "两": "2", "三": "3", "六": "6",
}  # fmt: skip
NUMBER = r"one|two|three|six|none|nobody|no one|no|[0-6]"
COUNTED = re.compile(
    rf"\b({NUMBER})\b"
    r"(?= dlt|(?: more)? (?:subjects|patients|people)|.{0,30}\b(?:in|of|among|has|have)\b| more)"
    r"|\b(?:in|of|among) (?:the )?(one|two|three|six|[0-6])\b"
)
COUNTED_ZH = re.compile(r"([0-9一二两三六])(?=例|个dlt|人)|(没有人|无人|没人|没有dlt|无dlt)")
# What is asked -> how the situation of an assumption on it reads in English.
ASSUMED = {
    r"withdr|drop|\bleav|\blost\b|\bdie|replac|not evaluable|退出|脱落|失访|死亡|替补|替换|不可评估": (
        r"\bleaves\b"
    ),
    r"spacing|stagger|interval|between (?:patients|subjects|infusions|doses)|间隔|之间": r"spacing",
    r"late (?:toxicit|event|dlt)|(?:after|beyond) (?:the )?window|观察期(?:以|之)?后|窗口期?后|迟发": (
        r"after the window|learnt after"
    ),
    r"day (?:0|zero)|day count|第[0零]天|当天": r"day count",
    r"highest (?:level|dose)|top (?:level|dose)|最高剂量": r"highest level",
    r"fourth|over-?enrol|第[4四]例|超额": r"over-enrolment",
    r"evaluable|可评估": r"window has passed|\bleaves\b",
}
STOPPING = re.compile(r"how many dlts|too many dlts|(?:几|多少)(?:例|个)dlt")
WHO = re.compile(r"\bwho|whose|谁|什么人|哪个人")
SIGNS = re.compile(r"\bsign|\bconfirm|\bapprov|\bdecid|responsib|签|批准|确认|决定")


def lines(ask: Ask, plain: str) -> Iterator[Text]:
    """The definition of a DLT, clauses by their counts, assumptions by what is asked."""
    yield from _assumptions(ask, plain)
    graded = re.search(r"ctcae|grades?\b|adjudicat|几级|判定", plain)
    if not graded and not re.search(r"dlt|dose[- ]limiting|剂量限制|\bmtd\b|toxicit|毒性", plain):
        return
    numbers = [] if graded else _numbers(plain)
    if STOPPING.search(plain):
        yield from (_clause(c) for c in ask.protocol.clauses if c.then == "close")
    elif numbers:
        yield from _clauses(ask, numbers)
    elif re.search(r"\bmtd\b", plain):
        yield from _clauses(ask, ["MTD"])
    elif graded or not re.search(r"window|observ|观察|窗口", plain):
        yield topic_lines(ask, "window")[1]
        yield topic_lines(ask, "window")[0]


def _assumptions(ask: Ask, plain: str) -> Iterator[Text]:
    asked = [situation for pattern, situation in ASSUMED.items() if re.search(pattern, plain)]
    if WHO.search(plain) and SIGNS.search(plain):
        asked.append("who confirms")
    for assumption in ask.protocol.assumptions:
        situation = dict(assumption.situation.by_language).get("en", "").casefold()
        if any(re.search(pattern, situation) for pattern in asked):
            yield from named_lines(ask, assumption.id)


def _numbers(plain: str) -> list[str]:
    found = [word for pair in COUNTED.findall(plain) for word in pair if word]
    found += [word or "no" for word, _ in COUNTED_ZH.findall(plain)]
    return list(dict.fromkeys(COUNTS.get(word, word) for word in found))


def _clauses(ask: Ask, words: list[str]) -> Iterator[Text]:
    """The clauses in force whose Chinese sentence, which has its numbers in digits, holds all of these."""
    for table in ask.protocol.tables.values():
        for clause in table:
            sentence = dict(clause.says.by_language).get("zh", "")
            if all(word in sentence for word in words):
                yield _clause(clause)


def _clause(clause: Clause) -> Text:
    source = source_words(clause.source, clause.under)
    return say("protocol.clause", id=clause.id, says=clause.says, source=source)
