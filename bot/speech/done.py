"""Does a message of known words say that something is done? Orders and plans are found here."""

from __future__ import annotations

from collections.abc import Callable

from bot.speech.tokens import Found, Token
from bot.speech.when import KINDS as TIMES
from bot.speech.writes import Write, classes, values

FINISHED = frozenset(
    ("dosed", "infused", "received", "got", "given", "administered", "treated", "gave", "completed",
     "complete", "done", "finished", "了", "已", "已经", "完成", "完毕", "结束", "接受了", "完成了", "结束了",
     "输了", "输完", "输完了", "打了", "回输完成", "输注完成")
)  # fmt: skip
PLANNED = {"dose", "order", "consent", "form", "assess", "assessment"}
NOTED = ("record", "log", "note", "enter", "report")
Doubts = list[str]


def doubts(intent: str, write: Write, found: Found, plain: str) -> Doubts:
    """Why a message of known words is still no record of what has happened."""
    made: Doubts = []
    rule = RULES.get(intent)
    if rule:
        rule(write, found, plain, made)
    for token, follows in zip(found, [*found[1:], None], strict=True):
        kinds = follows.kinds if follows else frozenset()
        said = classes(follows) if follows else set()
        if "to" in classes(token) and not kinds & {"subject", "dose", "grade", "level", "term", *TIMES}:
            made.append("order")  # `to receive` is a plan
        if plain[token.start : token.end] == "for" and said & {
            "dose",
            "order",
            "consent",
            "form",
            "assess",
            "assessment",
        }:
            made.append("order")  # `for infusion` is one too
    return made


def _content(found: Found) -> list[Token]:
    """The tokens that say something: neither signs nor words such as `the`."""
    return [t for t in found if not t.kinds <= {"punctuation", "w:any"}]


def _dose(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """`dose 003` is an order, `dose for 003:` a note; `now` needs a word that says it is done."""
    content = _content(found)
    if not found.said & {"dose", "order", "take"}:
        made.append("order")
    if content and "order" in classes(content[0]):
        behind = plain[content[0].end :].lstrip()
        recorded = any(plain[t.start : t.end].split()[-1:] == [word] for t in found for word in NOTED)
        if not recorded and not behind.startswith(("for ", "of ", ":")):
            made.append("order")
    finished = any(plain[t.start : t.end] in FINISHED for t in found)
    if ("give" in found.said or values(found, "now")) and not finished:
        made.append("order")


def _consent(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """A form is not consent until it is signed."""
    if "consent" not in found.said and not found.said & {"signed", "done"}:
        made.append("order")


def _correction(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """One new value behind the word; `correct, 003 was dosed` only agrees, and `#12` may be an entry."""
    content = _content(found)
    if "correct" not in classes(content[0]) or plain[content[0].end :].lstrip()[:1] in (",", ";"):
        made.append("question")
    new = {"dose" if name == "level" else name for name in write.slots} - {"subject", "term"}
    if not new:
        made.append("nothing_new")
    elif len(new) > 1:
        made.append("two_values")
    if any(t.value("subject") and plain[t.start] == "#" for t in found):
        made.append("subject_or_day")


def _assessment(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """`assessed, no DLT` is one; `no DLT assessment` says that there was none; a noun alone may be a plan."""
    first = next(t.start for t in found if classes(t) & {"assess", "assessment"})
    if any("clear" in classes(t) and t.start < first for t in found):
        made.append("order")
    if "assess" not in found.said and not found.said & {"done", "clear"} and "when" not in write.slots:
        made.append("order")


def _ruling(write: Write, found: Found, plain: str, made: Doubts) -> None:
    """A ruling says that it rules, or gives the onset."""
    if not found.said & {"ruled", "is"} and "when" not in write.slots:
        made.append("order")


RULES: dict[str, Callable[[Write, Found, str, Doubts], None]] = {
    "dose": _dose,
    "consent": _consent,
    "correct": _correction,
    "assess": _assessment,
    "dlt": _ruling,
}
