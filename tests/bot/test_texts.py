"""The words: complete in both languages, well-formed, and nothing in the code without its words."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.access import ROLES
from bot.commands import BY_NAME, COMMANDS
from bot.commands.adverse import COMMON_TERMS
from bot.commands.correcting import FIELDS, VOID
from bot.commands.due import SETTLES
from bot.commands.protocol import TOPICS
from bot.commands.settings import GROUPS
from bot.describe import describe
from bot.refusals import ASIDE, MENDS, RESTS_ON
from bot.slots import DEVIATIONS
from bot.toxicity.measured import FIELDS as MEASURES
from bot.toxicity.measured import STATES
from bot.toxicity.slots import DETAILS, OPTIONS
from bot.words import LANGUAGES, Reader, plain, texts
from rules import events as e
from rules.file.entries import ACTIONS, STAGES
from rules.scores.bedside import STEPS as QUESTIONS
from rules.scores.core_set import EVENTS as CRISS_EVENTS
from rules.scores.core_set import LUNG
from rules.scores.core_set import MEASURES as MEASURED
from rules.toxicity import events as toxicity_events
from rules.toxicity.dlt import ASKS
from tests.bot.study import SITE, shipped
from tests.storage.samples import sample

ROOT = Path(__file__).resolve().parents[2]
TEXTS = texts("en")
# Keys that no literal and no literal prefix in the code names.
UNUSED_IS_FINE: set[str] = set()
DUE = (
    "window_ends", "assess", "adjudicate", "adjudicate_anew", "slot_expires", "slot_expired", "value_stale",
    "value_expired", "sae", "sae_overdue", "unjudged", "death", "undated", "leave", "unreported_crs",
    "unreported_icans",
)  # fmt: skip


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


# ------------------------------------------------------------------ the files
def test_both_languages_have_the_same_keys() -> None:
    assert set(texts("en")) == set(texts("zh"))


def test_both_languages_use_the_same_parameters() -> None:
    zh = texts("zh")
    assert {key for key in TEXTS if placeholders(zh[key]) != placeholders(TEXTS[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_written_twice(language: str) -> None:
    lines = (ROOT / "bot" / "texts" / f"{language}.yaml").read_text("utf-8").splitlines()
    keys = [line.partition(":")[0] for line in lines if line and not line.startswith(("#", " "))]
    assert len(keys) == len(set(keys))


class WellFormed(HTMLParser):
    """Complains of anything but nested <b>, <i>, <code>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [tag] if tag not in ("b", "i", "code") or attrs else []
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.wrong += [] if self.open and self.open.pop() == tag else [f"/{tag}"]

    def handle_entityref(self, name: str) -> None:
        self.wrong += [] if name in ("amp", "lt", "gt") else [f"&{name}"]

    def handle_data(self, data: str) -> None:
        self.wrong += ["bare <, > or &"] if set(data) & set("<>&") else []


def mistakes(html: str) -> list[str]:
    parser = WellFormed()
    parser.feed(html)
    parser.close()
    return parser.wrong + parser.open


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_well_formed_html_on_one_line(language: str) -> None:
    found = texts(language)
    assert {key: mistakes(text) for key, text in found.items() if mistakes(text)} == {}
    assert {key for key, text in found.items() if not text or "\n" in text} == set()


@pytest.mark.parametrize(
    "bad", ["<b>x", "x</b>", "<u>x</u>", "<b><i>x</b></i>", "a < b", "a & b", "<b x=1>y</b>"]
)
def test_the_check_of_html_finds_mistakes(bad: str) -> None:
    assert mistakes(bad)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_an_assumption_or_a_code_of_one_trial(language: str) -> None:
    assert {k for k, text in texts(language).items() if re.search(r"(?<![A-Za-z])A\d|CD7-", text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_seven_weekdays(language: str) -> None:
    assert len(texts(language)["weekdays"].split()) == 7


def test_chinese_is_chinese() -> None:
    same = {key for key in TEXTS if texts("zh")[key] == TEXTS[key]}
    spoken = {key for key in same if any(c.isalpha() for c in "".join(_words(TEXTS[key])))}
    assert spoken == {"ask.language", "language.en", "language.zh", "verdict.dlt", "state.dlt", "stage.dlt"}


def _words(text: str) -> Iterator[str]:
    """A text without its parameters and markup."""
    return (part for part, *_ in string.Formatter().parse(plain(text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_menu_line_fits_telegram(language: str) -> None:
    for command in COMMANDS:
        if command.group != "hidden" or f"menu.{command.name}" in texts(language):
            assert 1 <= len(texts(language)[f"menu.{command.name}"]) <= 256


# ------------------------------------------------------------------ the code
@dataclass(frozen=True)
class Use:
    """One call of say() or Text(): its key (`*` where it is computed), and the parameters given, if known."""

    where: str
    key: str
    given: frozenset[str] | None

    @property
    def exact(self) -> bool:
        return "*" not in self.key

    @property
    def keys(self) -> list[str]:
        """The texts that it can name."""
        return ENDS.get((self.key, self.given)) or [key for key in TEXTS if fnmatch(key, self.key)]


def uses() -> Iterator[Use]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in ("say", "Text", "ask_when") and node.args:
                yield from _use(f"{path.relative_to(ROOT)}:{node.lineno}", node)


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _use(where: str, call: ast.Call) -> Iterator[Use]:
    given = frozenset(k.arg for k in call.keywords if k.arg)
    known = given if all(k.arg for k in call.keywords) and _name(call.func) != "Text" else None
    for key in _keys(call.args[0]):
        yield Use(where, key, known)


def _keys(node: ast.AST) -> list[str]:
    """Each key that an argument can be, with `*` for what is computed."""
    match node:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.JoinedStr(values=parts):
            return ["".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts)]
        case ast.IfExp(body=body, orelse=orelse):
            return _keys(body) + _keys(orelse)
    return []


FLAWS = ("failed", "missing", "unclear", "stale", "future")
EDITED = (
    "when", "cells", "grade", "term", "leaving", "deviation", "entry", "verdict", "field", "value", "reason",
    "aware", "serious", "related", "became", "treated",
)  # fmt: skip
# Where the code reaches only some of the texts that a computed key matches.
ENDS = {
    ("protocol.*", frozenset({"id", "says", "source"})): ["protocol.inclusion", "protocol.exclusion"],
    ("ask.fact.*", frozenset({"id", "says", "source"})): ["ask.fact.inclusion", "ask.fact.exclusion"],
    ("state.*", frozenset({"at"})): ["state.none", "state.held"],
    ("finding.*", frozenset({"id", "says", "why", "used", "source"})): ["finding.not_met", "finding.unknown"],
    ("slot.*", frozenset()): [f"slot.{slot}" for slot in EDITED],
    ("choice.*", frozenset()): ["choice.lymphodepletion", "choice.dose"],
    ("help.*", frozenset()): [f"help.{group}" for group in GROUPS],
    ("why.*", frozenset()): [f"why.{why}" for why in FLAWS],
    ("ask.*", frozenset()): [
        f"ask.{slot}"
        for slot in ("subject", "leaving", "deviation", "entry", "reason", "language", "serious_more")
    ],
    ("*.*", frozenset()): [
        *(f"verdict.{name}" for name in ("dlt", "not_dlt")),
        *(f"leaving.{name}" for name in e.LEAVING),
        *(f"deviation.{name}" for name in DEVIATIONS),
        *(f"language.{name}" for name in LANGUAGES),
        *(f"{slot}.{name}" for slot, names in OPTIONS.items() for name in names),
    ],
    ("due.*", frozenset({"subject", "at", "fact", "entry"})): [f"due.{kind}" for kind in DUE],
}
USES = list(uses())


def strings() -> set[str]:
    """Every string in the code, and the beginning of every f-string."""
    found: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_the_walk_finds_the_uses() -> None:
    assert len(USES) > 200
    assert any(not use.exact for use in USES)


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.where}:{use.key}")
def test_every_key_that_the_code_says_exists(use: Use) -> None:
    assert set(use.keys) & set(TEXTS)
    assert use.exact is False or use.key in TEXTS


@pytest.mark.parametrize("use", [u for u in USES if u.given is not None], ids=lambda u: f"{u.where}:{u.key}")
def test_every_call_gives_each_parameter_that_its_text_uses(use: Use) -> None:
    lacking = {key: placeholders(TEXTS[key]) - (use.given or frozenset()) for key in use.keys}
    assert not {key: names for key, names in lacking.items() if names}


def test_no_text_is_unused() -> None:
    named = strings()
    computed = {key for use in USES if not use.exact for key in use.keys}
    computed |= {key for key in TEXTS if any(key.startswith(s) for s in named if s.endswith("."))}
    assert set(TEXTS) - named - computed == UNUSED_IS_FINE


@pytest.mark.parametrize("name", sorted(set(MENDS.values())))
def test_every_remedy_of_a_refusal_is_a_command_with_a_label(name: str) -> None:
    assert name in BY_NAME
    assert f"choice.{name}.{'plain' if name in ASIDE else 'of'}" in TEXTS


ENDED_SAE = [f"{kind}.{how}" for kind in ("sae", "sae_overdue") for how in ("death", "again")]
STEPS = (*STAGES, "withdraw", "event", "scale", "measures", "dlt", "assess")
ENUMERATED: dict[str, list[str]] = {
    "role": [*ROLES],
    "action": [*ACTIONS],
    "rederived": [*ACTIONS, "none"],
    "next": [
        *ACTIONS,
        "assess.leaving",
        "reduce.open",
        "declare_mtd.none",
        "declare_mtd.signed",
        "declare_mtd.none.signed",
    ],
    "stage": [*STEPS],
    "verdict": ["eligible", "not_eligible", "undetermined", "dlt", "not_dlt"],
    "finding": ["met", "not_met", "unknown"],
    "why": [*FLAWS],
    "answer": ["yes", "no", "unclear"],
    "leaving": [*e.LEAVING],
    "deviation": [*DEVIATIONS],
    "field": [*sorted({name for names in FIELDS.values() for name in names}), VOID, "full"],
    "slot": [*EDITED],
    "state": ["none", "held", "in_window", "unassessed", "no_dlt", "dlt", "not_evaluable"],
    "due": [*DUE, "unjudged", *ENDED_SAE],
    "died": ["left", "event", "onset", "crs", "icans"],
    "sign.renew": ["assessment", "ruling"],
    "remind": [*DUE, "window_ends.today", "unjudged", *ENDED_SAE],
    "kind": ["edited", "forwarded", "other"],
    "topic": [*TOPICS],
    "term": [*COMMON_TERMS],
    "help": [*GROUPS],
    "menu": [command.name for command in COMMANDS if command.group != "hidden"],
    "language": [*LANGUAGES],
    "ask.when": ["consent", "apheresis", "lymphodepletion", "infusion", "onset", "withdraw"],
    "event.LevelOpened": ["escalate", "expand", "reduce"],
    "protocol": ["inclusion", "exclusion"],
    "ask.fact": ["inclusion", "exclusion"],
    "detail": ["all", *DETAILS],
    "ask.detail": [*OPTIONS],
    "serious": ["no", "done", "skip", *toxicity_events.SERIOUS],
    **{slot: ["skip", *names] for slot, names in OPTIONS.items()},
    "measure.ask": [name for name in MEASURES if name != "unit"],
    "measure.name": [*MEASURES],
    "measure.state": [*STATES],
    "measure.variant": ["corrected", "ionized"],
    "asks": [*ASKS],
    "missing": [
        *(f"{x}_{when}" for x in MEASURED for when in ("baseline", "follow_up")),
        *CRISS_EVENTS,
        *LUNG,
    ],
    "choice": [f"{name}.of" for name, *_ in SETTLES],
    "visit": [*toxicity_events.VISITS],
    "measure_of": [*MEASURED],
    "q": [f"{scale}.{step.field.name}" for scale, steps in QUESTIONS.items() for step in steps],
    "pick": [
        f"{scale}.{step.field.name}.{choice}"
        for scale, steps in QUESTIONS.items()
        for step in steps
        for choice in step.field.choices
    ],
}


@pytest.mark.parametrize(
    "key", [f"{prefix}.{name}" for prefix, names in ENUMERATED.items() for name in names]
)
def test_every_member_of_an_enumeration_has_its_words(key: str) -> None:
    assert key in TEXTS


def lacks() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(where, code, parameters) of every Lack that is made with literals, in rules/ and bot/."""
    for path in [*(ROOT / "rules").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "Lack":
                match node.args:
                    case [ast.Constant(value=str(code)), ast.Dict(keys=keys)]:
                        names = frozenset(str(k.value) for k in keys if isinstance(k, ast.Constant))
                        yield f"{path.name}:{node.lineno}", code, names
                    case [ast.Constant(value=str(code))]:
                        yield f"{path.name}:{node.lineno}", code, frozenset()


@pytest.mark.parametrize("lack", list(lacks()), ids=lambda lack: f"{lack[0]}:{lack[1]}")
def test_every_reason_of_a_refusal_has_its_words_and_their_parameters(
    lack: tuple[str, str, frozenset[str]],
) -> None:
    _, code, given = lack
    dose = {"dose"} if "level" in given else set()
    assert f"lack.{code}" in TEXTS
    cited = {"cited"} if code in RESTS_ON else set()
    assert placeholders(TEXTS[f"lack.{code}"]) <= given | dose | cited


def test_the_reasons_computed_from_stages_have_their_words() -> None:
    needs = {need for stage in shipped().stages for need in stage.needs} & set(STAGES)
    assert {f"lack.no_{need}" for need in needs} <= set(TEXTS)
    assert {"lack.eligible", "lack.undetermined", "lack.not_eligible"} & set(TEXTS) == {
        "lack.undetermined", "lack.not_eligible",
    }  # fmt: skip


TOXICITY: dict[type, list[dict[str, Any]]] = {
    e.AdverseEventFollowed: [
        {"related": r, "outcome": o, "action": a, "grade": g, "measured": m}
        for r, o, a, g, m in (
            *((name, "", "", 0, ()) for name in toxicity_events.RELATED),
            *(("", name, "", 0, ()) for name in toxicity_events.OUTCOMES),
            *(("", "", name, 3, (("value", "60"),)) for name in toxicity_events.ACTIONS),
        )
    ],
    e.SeriousnessJudged: [{"criteria": ()}, {"criteria": toxicity_events.SERIOUS}],
    e.Scored: [
        *(
            {"scale": scale, "score": 2, "beside": beside}
            for scale in ("crs", "icans")
            for beside in (-1, 2, 3)
        ),
        *({"scale": "acr_eular", "result": x} for x in ("definite", "not_definite", "not_applicable")),
    ],
    e.CoreSetMeasured: [
        {"visit": visit, "values": (*((name, "5") for name in MEASURED), *((x, "yes") for x in CRISS_EVENTS))}
        for visit in toxicity_events.VISITS
    ],
}


def variants() -> Iterator[Any]:
    """One event of each kind that a card can show, and each of its special forms."""
    made = {kind: sample(kind) for kind in (*_trial_kinds(),)}
    swap = {"subject": "CD7-001", "level": 2}
    for kind, event in made.items():
        fields = vars(event) | {name: value for name, value in swap.items() if name in vars(event)}
        if kind is e.Withdrawn:
            yield from (kind(**fields | {"reason": reason}) for reason in e.LEAVING)
        elif kind is e.LevelOpened:
            yield from (kind(**fields | {"action": action}) for action in ("escalate", "expand", "reduce"))
        elif kind is e.Infused:
            for deviation in ("", *DEVIATIONS):
                yield from (kind(**fields | {"deviation": deviation, "full": full}) for full in (True, False))
        elif kind is e.MtdDeclared:
            yield from (kind(**fields | {"level": level}) for level in (0, 1, 3))
        elif kind is e.Answered:
            for fact in shipped().facts:
                options = {"judgement": ["yes", "no"], "choice": [n for n, _ in fact.choices]}.get(
                    fact.type, ["45"]
                )
                yield from (kind(**fields | {"fact": fact.id, "value": v}) for v in (*options, "unclear"))
        elif kind in TOXICITY:
            yield from (kind(**fields | more) for more in TOXICITY[kind])
        elif kind is e.Corrected:
            yield from (kind(**fields | {"changes": c}) for c in ((), (("cells", "1e8"), ("full", "false"))))
        else:
            yield kind(**fields)


def _trial_kinds() -> tuple[type, ...]:
    from typing import get_args

    return get_args(e.Event)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", list(variants()), ids=lambda event: type(event).__name__)
def test_every_event_can_be_described_in_words_without_a_hole(language: str, event: Any) -> None:
    html = Reader(language, SITE).html(describe(shipped(), event))
    assert mistakes(html) == []
    assert "{" not in html
    assert "()" not in html
    assert "（）" not in html


def test_every_fact_and_criterion_speaks_both_languages() -> None:
    said = [fact.asks for fact in shipped().facts] + [c.says for c in shipped().criteria]
    said += [c.says for c in shipped().clauses] + [s.says for s in shipped().stages]
    assert all(words.in_("zh") != words.in_("en") for words in said if words.en != "HBsAg")
