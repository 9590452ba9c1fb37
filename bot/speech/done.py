"""Does a message of known words say that something is done? Orders and plans are found here."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from bot.speech.tokens import Found, Token
from bot.speech.when import KINDS as TIMES
from bot.speech.writes import Write, classes, values

FINISHED = frozenset(
    ("dosed", "infused", "received", "got", "given", "administered", "treated", "gave", "completed",
     "complete", "done", "finished", "了", "已", "已经", "完成", "完毕", "结束", "接受了", "完成了", "结束了",
     "输了", "输完", "输完了", "打了", "回输完成", "输注完成", "顺利完成", "进行了", "took place",
     "performed", "carried out", "finished infusing", "cells infused", "was performed", "was completed")
)  # fmt: skip
PLANNED = {"dose", "order", "consent", "form", "assess", "assessment"}
NOTED = ("record", "log", "note", "enter", "report")
HAPPENED = frozenset(
    ("has", "had", "got", "developed", "experienced", "发生", "发生了", "出现", "出现了", "有", "记录",
     "登记", "mark")
)  # fmt: skip
# What may follow `to`; anything else is what is to be done.
GIVEN_TO = {"subject", "dose", "grade", "level", "term", "number", *TIMES}
Doubts = list[str]


def doubts(intent: str, write: Write, found: Found, plain: str) -> Doubts:
    """Why a message of known words is still no record of what has happened."""
    made: Doubts = []
    rule = RULES.get(intent)
    if rule:
        rule(write, found, plain, made)
    if "polite" in found.said and intent in ("dose", "consent", "withdraw"):
        made.append("order")
    if any(t.value("w:ba") for t in _content(found)[1:]):
        made.append("order")  # 将 within a sentence is the future
    for token, follows in zip(found, [*found[1:], None], strict=True):
        kinds = follows.kinds if follows else frozenset()
        said = classes(follows) if follows else set()
        if "to" in classes(token) and not kinds & GIVEN_TO:
            made.append("order")  # `to receive` is a plan
        if plain[token.start : token.end] == "for" and said & PLANNED:
            made.append("order")  # `for infusion` is one too
    return made


def _content(found: Found) -> list[Token]:
    """The tokens that say something: neither signs nor words such as `the` and `please`."""
    return [t for t in found if not t.kinds <= {"punctuation", "w:any", "w:polite", "w:thanks"}]


def _words(found: Found, plain: str) -> set[str]:
    return {plain[t.start : t.end] for t in found}


def _noted(found: Found, plain: str) -> bool:
    """`record`, `please log`: what follows is a note."""
    return any(words.split()[-1:] == [word] for words in _words(found, plain) if words for word in NOTED)


def _dose(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """`dose 003` is an order, `dose for 003:` a note; `now` needs a word that says it is done."""
    content = _content(found)
    if not found.said & {"dose", "order", "take"}:
        made.append("order")
    note = content and plain[content[0].end :].lstrip().startswith(("for ", "of ", ":"))
    if content and "order" in classes(content[0]) and not note and not _noted(found, plain):
        made.append("order")
    finished = bool(_words(found, plain) & FINISHED)
    if values(found, "now") and not finished:
        made.append("order")
    if any(_gave(t, before, plain) for before, t in pairwise(found)):
        made.append("order")  # cells that 003 gave were collected from 003
    if "give" in found.said and not finished and not _earlier(found, plain):
        made.append("order")


def _gave(token: Token, before: Token, plain: str) -> bool:
    return plain[token.start : token.end] in ("gave", "给了") and before.value("subject") is not None


def _earlier(found: Found, plain: str) -> bool:
    """A day before today or a span ago: 昨天给003回输 tells, 今天14:00给003回输 may be an order."""
    told = [plain[t.start : t.end] for t in found if t.kinds & {"day", "part", "instant"}]
    return bool(told) and not any(words.startswith(("今", "today", "this", "earlier")) for words in told)


def _consent(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """A form is not consent until it is signed."""
    if "consent" not in found.said and not found.said & {"signed", "done"}:
        made.append("order")


def _correction(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """One new value behind the word; `correct, 003 was dosed` only agrees, and `#12` may be an entry."""
    content = [t for t in _content(found) if t.value("w:ba") is None]
    head = content[0]
    if head.value("subject") and plain[content[1].end :].lstrip()[:1] == ":":
        head = content[1]  # `005 correction: dose 1e8`
    opens = bool(classes(head) & {"correct", "change"})
    if (not opens and not found.said & {"becomes", "change"}) or (
        opens and plain[head.end :].lstrip()[:1] in (",", ";")
    ):
        made.append("question")
    new = {"dose" if name == "level" else name for name in write.slots} - {"subject", "term"}
    if not new:
        made.append("nothing_new")
    elif len(new) > 1:
        made.append("two_values")
    elif "dose" in new and "change" in found.said and not found.said & {"correct", "becomes"}:
        made.append("order")  # a dose may be changed for the next time
    if any(t.value("subject") and plain[t.start] == "#" for t in found):
        made.append("subject_or_day")


def _assessment(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """`assessed, no DLT` is one; `no DLT assessment` says that there was none; a noun alone may be a plan."""
    first = next(t.start for t in found if classes(t) & {"assess", "assessment"})
    if any("clear" in classes(t) and t.start < first for t in found):
        made.append("order")
    says = "assess" in found.said or found.said & {"done", "clear"} or "when" in write.slots
    if not says and not _noted(found, plain):
        made.append("order")


def _ruling(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """A ruling says that it rules, that it happened, or gives the onset."""
    happened = found.said & {"ruled", "is"} or _words(found, plain) & HAPPENED or _noted(found, plain)
    if not happened and "when" not in write.slots:
        made.append("order")


RULES: dict[str, Callable[[Write, Found, str, Doubts], None]] = {
    "dose": _dose,
    "consent": _consent,
    "correct": _correction,
    "assess": _assessment,
    "dlt": _ruling,
}
