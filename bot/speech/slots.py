"""The typed scanners beside time: subjects, doses, levels, grades, ages and plain numbers."""

from __future__ import annotations

import re

from bot.speech import cells
from bot.speech.cells import HAN_NUMBER
from bot.speech.lexicon import Entry
from bot.speech.plain import small
from bot.speech.tokens import Made, Moment, Scanner
from rules.protocol import Protocol

SMALL = rf"(?:\d|[{HAN_NUMBER}]|iii|ii|iv|i|v|[ⅰⅱⅲⅳⅴ]|one|two|three|four|five)"
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
    "5th": 5,
}  # fmt: skip
DATE_LIKE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
LEVEL = re.compile(
    rf"(?:the )?(?P<nth>{'|'.join(ORDINALS)}) (?:dose )?level"
    rf"|(?:dose )?(?:level|dl)[ -]?#?(?P<en>{SMALL})|第?(?P<zh>{SMALL})(?:号)?(?:剂量组|剂量水平"
    rf"|剂量级|个剂量组|级剂量)"
    rf"|(?:剂量组|剂量水平|剂量级)(?P<after>{SMALL})"
)
GRADE = re.compile(
    rf"(?:ctcae )?(?:grade|gr\.?)(?: is| was| of| to|:| =)?[ -]?(?P<en>{SMALL})|(?:ctcae )?g ?(?P<g>\d)"
    rf"|(?P<zh>{SMALL}) ?[级度級]"
)
HAN_AGE = r"[一二两三四五六七八九]?十?[一二三四五六七八九十]"
AGE = re.compile(
    rf"(?P<n>\d{{1,3}})\s?-?(?:years?[ -]old|years? of age|yrs?[ -]old|y/?o|周?岁)|(?P<zh>{HAN_AGE})周?岁"
)
YEARS = re.compile(r"(?P<n>\d{1,3})\s?(?:years?|yrs?)")
COUNT = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten"
HAN_COUNT = r"\d{1,2}|[一二两三四五六七八九]"
AGENTS = (
    r"(?:(?:prior|previous|different) )?(?:(?:immunosuppressive|immunosuppressant|biologic|biological)"
    r"(?: (?:and/or|and|or) (?:immunosuppressive|biologic))? )?"
    r"(?:agents?|drugs?|biologics?|immunosuppressants?)"
)
MEDICINES = "(?:免疫抑制剂或生物制剂|免疫抑制剂和/或生物制剂|免疫抑制剂|生物制剂|药物|药)"
FAILED = re.compile(
    rf"failed (?P<n>{COUNT}) {AGENTS}|(?P<n2>{COUNT}) {AGENTS} (?:have |had |has )?failed"
    rf"|(?P<n5>{COUNT}) failed {AGENTS}"
    rf"|(?:已?有)?(?P<n3>{HAN_COUNT})种{MEDICINES}(?:治疗)?(?:均|都)?(?:已?失败|无效)"
    rf"|(?:已)?失败(?:过|了)?(?:药物)?(?P<n4>{HAN_COUNT})种{MEDICINES}?"
)
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
VALUES = {
    "positive": "positive", "negative": "negative", "pos": "positive", "neg": "negative", "阳性": "positive",
    "阴性": "negative", "yes": "yes", "no": "no", "none": "none", "是": "yes", "否": "no", "无": "none",
    "satisfactory": "good", "good": "good", "normal": "good", "adequate": "good", "ok": "good",
    "acceptable": "good", "良好": "good", "正常": "good", "尚好": "good", "满意": "good",
    "(+)": "positive", "(-)": "negative",
}  # fmt: skip
VALUE = re.compile("|".join(sorted(map(re.escape, VALUES), key=len, reverse=True)))


def scanners(protocol: Protocol) -> tuple[Scanner, ...]:
    """Every scanner of a typed slot but time."""
    lows, highs = protocol.levels[0].cells / 5, protocol.levels[-1].cells * 2

    def dose(cells: float | None) -> Made:
        """A plausible total; far from every planned dose is a slip of the pen."""
        if cells is None or not lows <= cells <= highs:
            return (("implausible", cells),)
        return (("dose", float(f"{cells:.12g}")),)

    def plain(found: re.Match[str], _: Moment) -> Made:
        return None if DATE_LIKE.fullmatch(found[0]) else dose(cells.plain(found))

    def level(found: re.Match[str], _: Moment) -> Made:
        number = ORDINALS.get(found["nth"]) or small(found["en"] or found["zh"] or found["after"])
        known = number is not None and 1 <= number <= len(protocol.levels)
        return (("level", number),) if known else (("no level", number),)

    return (
        *_subjects(protocol),
        (cells.POWER, lambda found, _: dose(cells.power(found)), "d"),
        (cells.MILLION, lambda found, _: dose(cells.million(found)), "dl"),
        (cells.HAN_DOSE, lambda found, _: dose(cells.han(found)), "dh"),
        (cells.PLAIN, plain, "d"),
        (cells.PER_KG, lambda found, _: (("per kg", found[0]),), "olh"),
        (LEVEL, level, "dlh"),
        (GRADE, _grade, "dlh"),
        (AGE, lambda found, _: (("age", small(found["n"] or found["zh"])),), "dh"),
        (YEARS, lambda found, _: (("years", int(found["n"])),), "d"),
        (FAILED, lambda found, _: (("failed", small(next(n for n in found.groups() if n))),), "dlh"),
        (VALUE, lambda found, _: (("value", VALUES[found[0]]),), "lho"),
        (NUMBER, lambda found, _: (("number", float(found[0])),), "d"),
    )


def _grade(found: re.Match[str], _: Moment) -> Made:
    number = small(found["en"] or found["g"] or found["zh"])
    return (("grade", number),) if number is not None and 1 <= number <= 5 else None


def _subjects(protocol: Protocol) -> tuple[Scanner, ...]:
    """Codes in full, or the number with all its digits, or after a word or sign that says it is a subject."""
    before, digits, after = re.split(r"\{number:(\d)\}", protocol.code)
    full, most = re.escape(before.rstrip("-_").lower()), int(digits)
    ending = re.escape(after.lower())
    who = (
        r"(?:(?:pts?|pat|patient|subject|subj|participant|(?<!in )case|患者|病人|受试者|病例)"
        r"\.?\s?#?\s?|#\s?)"
    )
    whose = r"(?:号)?(?:患者|病人|受试者)?"
    shapes = [rf"{who}(?P<n>\d{{1,{most}}}){ending}{whose}", rf"(?P<n>\d{{{most}}}){ending}{whose}"]
    if full:
        shapes.append(
            rf"{who}?{full}(?:\s?[-_]\s?(?P<n>\d{{1,{most}}})|\s?(?P<n2>\d{{{most}}})){ending}{whose}"
        )
    named = rf"(?P<n>\d{{1,{most}}}|[一二三四五六七八九十]{{1,3}})号(?:患者|病人|受试者)"

    def subject(found: re.Match[str], _: Moment) -> Made:
        number = small(found["n"] or found.groupdict().get("n2") or "")
        code = protocol.read_code(str(number)) if number else None
        return (("subject", code),) if code else None

    def either(found: re.Match[str], moment: Moment) -> Made:
        """`5号` is a subject or a day, by the roster."""
        number = small(found["n"]) or 0
        code = protocol.read_code(str(number)) if number else None
        made: list[Entry] = [("subject?", code)] if code else []
        return (*made, ("day?", number))

    one = tuple((re.compile(shape), subject, "dlho") for shape in [*shapes, named])
    return (*one, (re.compile(r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})号"), either, "dh"))
