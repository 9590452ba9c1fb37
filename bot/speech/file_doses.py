"""Doses, cohorts and places as the file has them, for a question about them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ask import Ask
from bot.commands.protocol import topic_lines
from bot.messages import Text, say
from bot.speech.parse import Parsed
from bot.speech.plain import small
from bot.speech.slots import LEVEL, ORDINALS

DOSE = re.compile(
    r"\bdos(?:e|es|age|ing)|cells?\b|\blevels?\b|\bdl ?\d|剂量|细胞|组.{0,2}(?:打|给|用|回输|输)?(?:多少|几)"
)
NO_DOSE = re.compile(
    r"\bdose[- ]limiting|剂量限制|cohort|subjects|patients|signs?\b|open|escalat|repeat|again|re-?dos|签|例"
    r"|开放|递增|几人|多少人|再次|重复"
)
SHORT_LEVEL = re.compile(r"第?([一二三四五1-5])组")


def lines(ask: Ask, plain: str, found: Parsed) -> Iterator[Text]:
    """What the file says of doses and cohorts."""
    yield from _doses(ask, plain, found)
    yield from _cohorts(ask, plain)


def _doses(ask: Ask, plain: str, found: Parsed) -> Iterator[Text]:
    doses = topic_lines(ask, "doses")
    levels = doses[: len(ask.protocol.levels)]
    if re.search(r"per kg|每公斤|体重|/kg|weight", plain):
        yield say("speech.total", source=ask.protocol.dose_source)
        return
    if re.search(r"toleran|容差|偏差|given in full|足量", plain):
        yield doses[len(levels)]
        return
    if not DOSE.search(plain):
        return
    number = _level(plain)
    if number is not None and not 1 <= number <= len(levels):
        yield say("speech.doubt.no_level")
        yield from levels
    elif number is not None:
        yield levels[number - 1]
    elif NO_DOSE.search(plain):
        return
    elif re.search(r"highest|maxim|\btop|最高|最大", plain):
        yield levels[-1]
    elif re.search(r"lowest|start|first|minim|最低|起始|首", plain):
        yield levels[0]
    else:
        yield from levels


def _level(plain: str) -> int | None:
    """The level that is named, whether the trial has it or not."""
    if found := LEVEL.search(plain):
        return ORDINALS.get(found["nth"]) or small(found["en"] or found["zh"] or found["after"])
    short = SHORT_LEVEL.search(plain)
    return small(short.group(1)) if short else None


def _cohorts(ask: Ask, plain: str) -> Iterator[Text]:
    file = ask.protocol
    if re.search(
        r"cohort|per (?:dose )?(?:level|group|dose)|(?:each|a) (?:dose )?(?:level|group|dose)\b|队列"
        r"|(?:每|(?<!第)一)(?:个)?(?:剂量)?组|例一组|最多几|(?:几|多少)(?:人|例|名)",
        plain,
    ) and not re.search(r"dlt", plain):
        yield say(
            "protocol.cohort", size=file.cohort.size, maximum=file.cohort.maximum, source=file.cohort.source
        )
    if re.search(
        r"\btarget|sample size|\bplanned\b(?! dose)|in total|how many (?:subjects|patients|people)"
        r"|样本|计划(?!剂量)|目标|总共|一共.*(?:例|人)",
        plain,
    ):
        yield say("speech.target", target=file.trial.target_subjects, source=file.trial.source)
    if re.search(r"\b(?:place|slot)s?\b|名额", plain):
        yield say("speech.hold", days=file.cohort.slot_hold_days, source=file.cohort.source)
