"""The typed scanners beside time: subjects, doses, levels, grades, ages and plain numbers."""

from __future__ import annotations

import re

from bot.speech.lexicon import Entry
from bot.speech.plain import numeral, small
from bot.speech.tokens import Made, Moment, Scanner
from rules.protocol import Protocol

SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
HAN_NUMBER = "零〇一二两三四五六七八九十百千"
SMALL = rf"(?:\d|[{HAN_NUMBER}]|iii|ii|iv|i|v|[ⅰⅱⅲⅳⅴ]|one|two|three|four|five)"
MANTISSA = r"(?P<head>\d{1,3}(?:\.\d{1,4})?)"
POWER = re.compile(
    rf"{MANTISSA}(?:e\+?0?(?P<e>\d{{1,2}})|\s?[x×*]\s?10\s?(?:\^|\*\*)\s?(?P<p>\d{{1,2}})"
    rf"|\s?[x×*]\s?10(?P<s>[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}})|\s?(?:乘以|乘|[x×*])\s?10的(?P<n>\d|[一二三四五六七八九])次方)"
    r"|(?P<bare>10)(?:\^(?P<bp>\d{1,2})|(?P<bs>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|的(?P<bn>\d|[一二三四五六七八九])次方)"
)
MILLION = re.compile(
    r"(?P<n>\d{1,4}(?:\.\d{1,4})?|(?:a|one|two) hundred|twenty[ -]five|fifty)\s?(?:million|mio)"
)
MILLIONS = {"a hundred": 100, "one hundred": 100, "two hundred": 200, "twenty five": 25, "fifty": 50}
HAN_DOSE = re.compile(
    rf"(?P<n>\d{{1,5}}(?:\.\d{{1,4}})?(?:[千百]?[万亿]|亿)|[{HAN_NUMBER}]{{1,8}}[万亿][{HAN_NUMBER}]{{0,4}}万?)"
)
PLAIN = re.compile(r"\d{1,3}(?:,\d{3}){2,4}|\d{7,13}")
DATE_LIKE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
PER_KG = re.compile(
    r"(?:/|per\s?|每|\s/\s?)(?:kg|kilo(?:gram)?|公斤|千克)(?: body ?weight| bw)?|/(?:公斤|千克|kg)"
)
LEVEL = re.compile(
    rf"(?:dose )?(?:level|dl)[ -]?#?(?P<en>{SMALL})|第?(?P<zh>{SMALL})(?:号)?(?:剂量组|剂量水平"
    rf"|剂量级|个剂量组|级剂量)"
    rf"|(?:剂量组|剂量水平|剂量级)(?P<after>{SMALL})"
)
GRADE = re.compile(
    rf"(?:ctcae )?(?:grade|gr\.?)(?: is| was| of| to|:| =)?[ -]?(?P<en>{SMALL})|(?:ctcae )?g ?(?P<g>\d)"
    rf"|(?P<zh>{SMALL}) ?[级度級]"
)
AGE = re.compile(r"(?P<n>\d{1,3})\s?-?(?:years?[ -]old|years? of age|yrs? old|y/?o|岁)")
YEARS = re.compile(r"(?P<n>\d{1,3})\s?(?:years?|yrs?)")
FAILED = re.compile(
    r"failed (?P<n>\d{1,2}) (?:immunosuppressive |biologic )?(?:agents?|drugs?|biologics?"
    r"|immunosuppressants?)"
    r"|(?P<n2>\d{1,2}) (?:agents?|drugs?) (?:have |had )?failed"
    r"|(?:已?有)?(?P<n3>\d{1,2}|[一二两三四五六七八九])种(?:药物|免疫抑制剂|生物制剂|免疫抑制剂或生物制剂)(?:治疗)?(?:已?失败|无效)"
    r"|(?:已)?失败(?:药物)?(?P<n4>\d{1,2}|[一二两三四五六七八九])种(?:药物)?"
)
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
VALUES = {
    "positive": "positive", "negative": "negative", "pos": "positive", "neg": "negative", "阳性": "positive",
    "阴性": "negative", "yes": "yes", "no": "no", "是": "yes", "否": "no",
    "satisfactory": "yes", "good": "yes", "良好": "yes",
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

    def power(found: re.Match[str], _: Moment) -> Made:
        part = found.groupdict()
        raised = next(part[n] for n in ("e", "p", "s", "n", "bp", "bs", "bn") if part[n])
        head = float(part["head"]) if part["head"] else 1.0
        return dose(head * 10.0 ** int(numeral(raised.translate(SUPERSCRIPT)) or 0))

    def million(found: re.Match[str], _: Moment) -> Made:
        words = found["n"].replace("-", " ")
        return dose(float(MILLIONS.get(words) or words) * 1e6)

    def plain(found: re.Match[str], _: Moment) -> Made:
        return None if DATE_LIKE.fullmatch(found[0]) else dose(float(found[0].replace(",", "")))

    def level(found: re.Match[str], _: Moment) -> Made:
        number = small(found["en"] or found["zh"] or found["after"])
        known = number is not None and 1 <= number <= len(protocol.levels)
        return (("level", number),) if known else (("no level", number),)

    return (
        *_subjects(protocol),
        (POWER, power, "d"),
        (MILLION, million, "dl"),
        (HAN_DOSE, lambda found, _: dose(numeral(found["n"])), "dh"),
        (PLAIN, plain, "d"),
        (PER_KG, lambda found, _: (("per kg", found[0]),), "olh"),
        (LEVEL, level, "dlh"),
        (GRADE, _grade, "dlh"),
        (AGE, lambda found, _: (("age", int(found["n"])),), "d"),
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
        r"(?:(?:pts?|pat|patient|subject|subj|participant|case|患者|病人|受试者|病例)"
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
