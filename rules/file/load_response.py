"""The section of protocol.yaml that says what its response is; the file may be silent."""

from __future__ import annotations

from rules.expressions import Expression
from rules.file.load_facts import expression
from rules.file.reading import Here
from rules.file.reading_words import said
from rules.file.response_rule import ResponseRule


def read_response(here: Here) -> ResponseRule:
    """At about which day the response is read, and what counts as one where the file says it."""
    here.only(["day", "source"], ["says", "when"])
    when = _when(here) if here.at("when") else None
    if when is not None and here.at("says") is None:
        here.wrong("`when` needs its words", "Write `says: {en: ..., zh: ...}` above it")
    return ResponseRule(here.whole("day", 1, 3650, 90), said(here, "says"), when, here.text("source"))


def _when(here: Here) -> Expression | None:
    # The scores are read only where a file asks for them: `python -m rules next` does not pay for them.
    from rules.response import ASKS

    return expression(here.section("when"), ASKS)
