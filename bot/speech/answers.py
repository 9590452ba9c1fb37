"""Facts of the screening in a message: which fact, which value, in the fact's own unit."""

from __future__ import annotations

from bot.speech.tokens import Found, Token
from bot.speech.writes import Write, values
from rules.eligibility import UNCLEAR, options
from rules.protocol import Fact, Protocol


def answer_slots(write: Write, protocol: Protocol, found: Found, doubts: list[str]) -> None:
    """Fill fact, value and unit; what does not fit the fact stays missing or in doubt."""
    facts = values(found, "fact")
    if values(found, "age") or (values(found, "years") and "age" in facts):
        facts = list(dict.fromkeys([*facts, "age"]))
    if values(found, "failed"):
        facts = list(dict.fromkeys([*facts, "failed_agents"]))
    if len(facts) != 1 or facts[0] not in protocol.fact:
        doubts.append("two_values")
        return
    fact = protocol.fact[facts[0]]
    write.slots["fact"] = fact.id
    if fact.type == "number":
        _number(write, fact, found, doubts)
    else:
        _word(write, fact, protocol, found, doubts)


def _number(write: Write, fact: Fact, found: Found, doubts: list[str]) -> None:
    plain = [t.value("number") for t in found if t.meanings and t.meanings[0][0] == "number"]
    given = [*values(found, "age"), *values(found, "years"), *values(found, "failed"), *plain]
    whole = all(float(number).is_integer() for number in given)
    said = [t for t in found if t.value("value") and t.value("w:is") is None]
    if len(given) != 1 or said or not fact.low <= given[0] <= fact.high or not whole:
        doubts.append("two_values" if len(given) > 1 else "value")
        return
    if fact.unit not in ("year", "count") or (values(found, "age") and fact.unit != "year"):
        doubts.append("value")
        return
    write.slots["value"] = int(given[0])
    if fact.unit != "count":
        write.slots["unit"] = fact.unit


def _word(write: Write, fact: Fact, protocol: Protocol, found: Found, doubts: list[str]) -> None:
    """The value stands behind its fact: `no AIDS` is a denial, `AIDS: no` an answer."""
    after = dict(zip([t.start for t in found[1:]], found, strict=False))  # by start, the token before it
    said = [t for t in found if t.value("value")]
    firm = [t for t in said if t.value("w:is") is None or _colon(after.get(t.start))] or said
    given = [_meant(t.value("value"), fact, protocol) for t in firm]
    named = next(t for t in found if t.value("fact") is not None)
    numbers = any(t.meanings and t.meanings[0][0] in ("number", "age", "failed") for t in found)
    known = len(given) == 1 and given[0] in options(fact) and given[0] != UNCLEAR
    if not known or numbers or (firm[0].start < named.start and firm[0].value("value") in ("no", "none")):
        doubts.append("value")
        return
    write.slots["value"] = given[0]


def _colon(token: Token | None) -> bool:
    """`：是` answers, where `是` elsewhere only joins."""
    return token is not None and token.value("punctuation") == ":"


MEANT = {"good": "yes", "positive": "yes", "negative": "no", "none": "no"}


def _meant(said: str, fact: Fact, protocol: Protocol) -> str:
    """`good` is yes of what must be true, `negative` no of what must not be; else the word itself."""
    if fact.type != "judgement":
        return said
    needed = {"good": "true", "positive": "false", "negative": "false", "none": "false"}.get(said)
    if needed is None:
        return said
    asked = {
        _kept_in(test.text, criterion.kind)
        for criterion in protocol.criteria
        for test in criterion.tests
        if test.names == {fact.id}
    }
    return MEANT[said] if asked == {needed} else said


def _kept_in(text: str, kind: str) -> str:
    """What a fact must be for its criterion to be met: true, false or something else."""
    truth = text.rpartition("==")[2].strip()
    return truth if kind == "inclusion" else {"true": "false", "false": "true"}.get(truth, truth)
