"""What a message asks to look up: the intent and the subject. Nothing read here can write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

QUESTION = re.compile(
    r"\?|^[^\w\x00]*(?:and |but |so |ok |please |hi |hello |hey )*(?:what|when|where|which|who|whose"
    r"|whom|why|how|is|are|was|were|has"
    r"|have|had|did|does|do|can|could|may|might|should|shall|will|would|must|am|if|suppose|any|show"
    r"|tell|list|give me|whats|supposing|assume|assuming|imagine|consider|whatif"
    r"|let'?s (?:say|assume|suppose)|which|explain)\b"
    r"|吗|么[^0-9a-z\u4e00-\u9fff]*$|呢|多少|几[例个人天岁时号名位]|第几|哪|什么|怎么|怎样|如何|为何|为啥|是否|是不是|能不能|能否|可否|可不可以|要不要|有没有|有无|对不对"
    r"|假定|做了没有|设想|假想|何时|多久|多长|多大|谁|算不算|如果|假如|假设|要是|万一|倘若"
)
# Courtesy at either end says nothing of what is asked.
POLITE = re.compile(
    r"^(?:(?:(?:hi|hello|hey|please|pls|sorry|excuse me)\b"
    r"|请问|请|麻烦|你好|您好|帮我|我想(?:知道|问)(?:一下)?)[ ,!;:]*)+"
    r"|[ ,]*(?:please|pls|thanks|thank you|谢谢|多谢)(?=[ .!?]*$)"
)
SHORT = re.compile(r"\b(what|when|who|where|how)'?s\b", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """An intent, how it is said, and whether it needs a subject: needed | open | none | any."""

    intent: str
    says: tuple[re.Pattern[str], ...]
    subject: str
    asked: bool = False


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in the order in which they are tried."""
    path = Path(__file__).resolve().parent / "reads.yaml"
    read = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(
        Rule(
            row["intent"],
            tuple(map(_compiled, row["says"])),
            row.get("subject", "any"),
            row.get("asked", False),
        )
        for row in read
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    """Words end where Chinese begins; {s} stands for a subject."""
    return re.compile(pattern.replace("{s}", "\x00").replace("\\W", r"[^0-9a-z\x00\u4e00-\u9fff]"), re.ASCII)


def asks(text: str) -> bool:
    """True when a message is a question or a supposition by its signs and words."""
    return bool(QUESTION.search(text))


def looked_up(text: str, subjects: int) -> str | None:
    """The intent of a text in which each subject is one \\x00; None when nothing is recognised."""
    text = SHORT.sub(r"\1 is", POLITE.sub("", text))
    for rule in rules():
        if rule.subject == "needed" and subjects != 1:
            continue
        if rule.subject == "none" and subjects:
            continue
        if rule.asked and not asks(text):
            continue
        if any(pattern.search(text) for pattern in rule.says):
            return rule.intent
    return None
