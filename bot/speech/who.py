"""Whom a message is about: exactly one subject of the roster, and whether `5号` is a subject or a day."""

from __future__ import annotations

from bot.speech.tokens import Found, Token
from bot.speech.writes import Write, values


def by_roster(found: Found, roster: frozenset[str] | None) -> Found:
    """`5号` is a subject where nobody else is named, else a day; where it can be both it stays in doubt."""
    if not values(found, "day?"):
        return found
    made: list[Token] = []
    named = bool(values(found, "subject"))
    several = sum(token.value("subject?") is not None for token in found) > 1
    for token in found:
        code = token.value("subject?")
        if token.value("day?") is None:
            made.append(token)
            continue
        rostered = code is not None and (roster is None or code in roster)
        day = ("day?", token.value("day?"))
        if rostered and not named and not several:
            made.append(Token(token.start, token.end, (("subject", code),)))
        elif not rostered and 1 <= token.value("day?") <= 31:
            made.append(Token(token.start, token.end, (day,)))
        else:
            made.append(Token(token.start, token.end, (("subject or day", code),)))
    return Found(made)


def subject(write: Write, found: Found, roster: frozenset[str] | None, doubts: list[str]) -> None:
    """Fill the one subject that is named and rostered, or say why it cannot be."""
    codes = values(found, "subject")
    known = [code for code in codes if roster is None or code in roster]
    if len(codes) > 1:
        doubts.append("two_subjects")
    elif codes and not known:
        doubts.append("unknown_subject")
        write.strange.update(token.start for token in found if token.value("subject"))
    elif known:
        write.slots["subject"] = known[0]
    if values(found, "subject or day"):
        doubts.append("subject_or_day")
