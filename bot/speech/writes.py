"""What a message would record: one intent, its slots, what is missing; nothing where a word was not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.speech.tokens import Found, Token
from bot.speech.when import KINDS as TIMES

# What each intent may hold beside a subject, and what it must hold.
SLOTS: dict[str, frozenset[str]] = {
    "consent": frozenset(("when",)),
    "slot": frozenset(("level", "when")),
    "dose": frozenset(("dose", "level", "when")),
    "ae": frozenset(("term", "grade", "when")),
    "dlt": frozenset(("term", "grade", "when")),
    "assess": frozenset(("when",)),
    "withdraw": frozenset(("when",)),
    "correct": frozenset(("dose", "level", "term", "grade", "when")),
    "answer": frozenset(("fact", "value", "unit", "when")),
}
NEEDS: dict[str, tuple[str, ...]] = {
    "consent": ("when",),
    "slot": (),
    "dose": ("dose", "when"),
    "ae": ("term", "grade", "when"),
    "dlt": (),
    "assess": (),
    "withdraw": ("when",),
    "correct": (),
    "answer": ("fact", "value"),
}
# The words of the whitelist that go with each intent, beside `any`.
WORDS: dict[str, frozenset[str]] = {
    "consent": frozenset(("consent", "form", "signed", "done", "event")),
    "slot": frozenset(("slot", "assign", "take", "is", "give", "to", "book", "ba")),
    "dose": frozenset(("dose", "order", "take", "done", "cells", "to", "give", "field", "event")),
    "ae": frozenset(("event", "is", "take", "grading")),
    "dlt": frozenset(("dlt", "ruled", "is", "event", "take", "ba")),
    "assess": frozenset(("assess", "assessment", "clear", "done", "window")),
    "withdraw": frozenset(("withdrew", "departed", "died", "lost", "event")),
    "correct": frozenset(("correct", "field", "to", "is", "dose", "order", "cells", "event"))
    | {"becomes", "change", "grading", "ba"},
    "answer": frozenset(("is", "current", "tested")),
}
# Of some classes only these words go with an intent: an event may be got, it is not administered.
LIMITED = {
    ("dose", "event"): frozenset(("started", "开始", "起", "noted", "start", "beginning")),
    ("withdraw", "event"): frozenset(("since", "起", "自", "从")),
    ("consent", "event"): frozenset(("from",)),
    ("ae", "take"): frozenset(("got",)),
    ("dlt", "take"): frozenset(("got",)),
    ("slot", "take"): frozenset(("got", "given", "gave", "received")),
}
QUESTION = frozenset(
    (
        "was",
        "were",
        "has",
        "had",
        "have",
        "is",
        "are",
        "am",
        "did",
        "does",
        "do",
        "can",
        "could",
        "should",
        "shall",
        "will",
        "would",
        "may",
        "might",
        "must",
    )
)
SLOT_KINDS = ("subject", "dose", "level", "grade", "term", "fact")


@dataclass
class Write:
    """What was understood: `slots` by name, `missing` slots, `words` not read by place, `doubts` by name."""

    intent: str | None = None
    slots: dict[str, Any] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    strange: set[int] = field(default_factory=set)


def classes(token: Token) -> set[str]:
    """The whitelist classes that a token can be of."""
    return {kind[2:] for kind in token.kinds if kind[:2] == "w:"}


def values(found: Found, kind: str) -> list[Any]:
    """The different values of one kind, in order."""
    return found.by_kind.get(kind, [])


def intents(found: Found) -> list[str]:
    """Every intent that the words can mean."""
    said = found.said
    has = {
        kind: bool(values(found, kind))
        for kind in ("dose", "level", "term", "vague", "fact", "age", "failed")
    }
    if "correct" in said or (said & {"becomes", "change"} and said & {"grading", "field"}):
        return ["correct"]
    made = ["assess"] if said & {"assess", "assessment"} else []
    made += ["withdraw"] if said & {"withdrew", "departed", "died", "lost"} else []
    if "dlt" in said and "assess" not in made:
        made.append("dlt")
    if said & {"consent", "form"}:
        made.append("consent")
    dosed = has["dose"] or has["level"]
    booked = "book" in said and has["level"] and not has["dose"] and not said & {"dose", "order", "take"}
    if "slot" in said or booked:
        made.append("slot")
    if "dose" in said or (dosed and said & {"take", "order"}) or (has["dose"] and not made):
        made.append("dose")
    if (has["term"] or has["vague"]) and "dlt" not in made:
        made.append("ae")
    if (has["fact"] or has["age"] or has["failed"]) and not has["term"]:
        made.append("answer")
    return made or (["ae"] if values(found, "grade") else [])


def allowed(token: Token, intent: str) -> bool:
    """True when the token may stand in a message of that intent."""
    kinds = token.kinds
    if kinds & {"punctuation", "w:any", "w:polite", "w:thanks", "subject", "subject?"}:
        return True
    if "when" in SLOTS[intent] and kinds & TIMES:
        return True
    if kinds & SLOTS[intent]:
        return True
    if intent == "answer" and kinds & {"value", "age", "years", "failed", "number"}:
        return True
    fitting = classes(token) & WORDS[intent]
    return any(
        (intent, name) not in LIMITED or token.value(f"w:{name}") in LIMITED[intent, name] for name in fitting
    )
