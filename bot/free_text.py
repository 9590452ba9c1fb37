"""Free text that is kept for good: a term in words of one's own, a reason, a printed name.

None of it can be what stands on a button: who types that means the button.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.ask import Ask
from bot.labels import is_label
from bot.messages import say
from bot.privacy import seems_personal_field
from bot.signatures.astray import loose
from bot.times import NotRead
from bot.toxicity import terms
from bot.toxicity.short import of_short

TERM = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ,()'/-]{1,59}")


def _term(typed: str, _ask: Ask) -> str:
    name = terms.known(typed)
    if name is not None:
        return name
    _no_button(typed)
    if not TERM.fullmatch(typed.strip()) and not of_short(typed):
        raise NotRead(say("slot.term.shape"))
    _impersonal(typed)
    return " ".join(typed.split())


def _reason(typed: str, ask: Ask) -> str:
    typed = " ".join(typed.split())
    _no_button(typed)
    if ask.people.pin(ask.person.id).hashed and loose(typed):
        raise NotRead(say("pin.stray"))
    if not 3 <= len(typed) <= 200 or typed.startswith("/"):
        raise NotRead(say("slot.reason.shape"))
    _impersonal(typed)
    return typed


def _printed(typed: str, _ask: Ask) -> str:
    """A person's name as it is printed under a signature."""
    typed = " ".join(typed.split())
    _no_button(typed)
    letters = sum(sign.isalpha() for sign in typed)
    if not 2 <= len(typed) <= 60 or letters < 2 or not all(s.isalpha() or s in " .,'’·-" for s in typed):
        raise NotRead(say("slot.printed.shape"))
    return typed


def _no_button(typed: str) -> None:
    if is_label(typed):
        raise NotRead(say("slot.button", words=typed))


def _impersonal(typed: str) -> None:
    """Free text is kept for good, so here a bare name is refused too."""
    if seems_personal_field(typed):
        raise NotRead(say("personal"))


FREE: Mapping[str, Callable[[str, Ask], str]] = {
    "term": _term,
    "reason": _reason,
    "why": _reason,
    "printed": _printed,
}
