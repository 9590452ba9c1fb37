"""What a message asks to look up, where it is no record: the intent, and what goes with it."""

from __future__ import annotations

import re
from typing import Any

from bot.speech import reads
from bot.speech.tokens import Found
from bot.speech.when import KINDS as TIMES
from bot.speech.writes import Write, intents

# A question that holds these asks whether something happened; the file knows nothing of it.
TOLD = TIMES | {"dose", "implausible", "grade", "value"}


def read(plain: str, found: Found, write: Write, roster: frozenset[str] | None) -> str | None:
    """The intent to look up; a statement about a subject is never looked up."""
    named = [token for token in found if token.value("subject") or token.value("subject?")]
    known = {code for token in named for code in [token.value("subject") or token.value("subject?")]}
    if roster is not None and known - roster:
        return None
    if named and intents(found) and not reads.asks(plain):
        return None
    asked = reads.looked_up(without_subjects(plain, found), len(known))
    if asked is None and not known and reads.asks(plain) and not found.kinds & TOLD:
        return "protocol"  # the file answers, if only that it does not say
    return asked


def without_subjects(plain: str, found: Found) -> str:
    """The text with one \\x00 for each subject."""
    for token in reversed(found):
        if token.value("subject") or token.value("subject?"):
            plain = f"{plain[: token.start]}\x00{plain[token.end :]}"
    return plain


def looked_up(write: Write) -> dict[str, Any]:
    return {
        name: value for name, value in write.slots.items() if name in ("subject", "level", "term", "grade")
    }


FOLLOWS = re.compile(
    r"(?:(?:and|what about|how about|same for|also)(?: for)? ?\x00|(?:那|还有)\x00|\x00 ?呢)"
    r"[^0-9a-z\u4e00-\u9fff]*呢?[^0-9a-z\u4e00-\u9fff]*"
)


def detail(plain: str, intent: str) -> dict[str, str]:
    """The outcome that is supposed; whether it goes on from the question before."""
    if intent == "subject" and FOLLOWS.fullmatch(plain):
        return {"follows": "yes"}
    if intent != "whatif":
        return {}
    if any(
        word in plain for word in ("no dlt", "without", "clear", "无dlt", "没有dlt", "未发生dlt", "不发生")
    ):
        return {"outcome": "no_dlt"}
    if any(word in plain for word in ("dlt", "limiting", "剂量限制")):
        return {"outcome": "dlt"}
    leaves = ("withdraw", "drop", "leave", "lost", "die", "退出", "失访", "死", "脱落", "离开")
    return {"outcome": "leaves"} if any(word in plain for word in leaves) else {}
