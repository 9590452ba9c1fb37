"""Names of persons, Chinese, in pinyin and in English; words of the clinic are no names."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

DATA = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text("utf-8"))
HAN = r"[\u3400-\u9fff]"
GUARDED: dict[str, str] = DATA["guarded"]
_PLAIN = "".join(sign for sign in "".join(DATA["plain"].split()) if sign not in GUARDED)
_KEPT = "|".join(f"{sign}(?![{no}])" if no else sign for sign, no in GUARDED.items())
_SHORT = "|".join(f"{sign}(?![{GUARDED[sign]}])" if GUARDED[sign] else sign for sign in DATA["short"])
_COMPOUND = "|".join(DATA["compound"].split())
_TITLES = "|".join(DATA["titles"].split())
SURNAME = rf"(?:{_COMPOUND}|[{_PLAIN}]|{_KEPT})"
ANY = rf"(?:{_COMPOUND}|[{_PLAIN}{''.join(GUARDED)}])"
CODE = r"(?<![0-9A-Za-z.])(?:[A-Za-z]{2,4}\d?-?\d{1,3}|0\d\d|#\d{1,3})"
_WHO = rf"(?:患者|病人|病员|病友|受试者|家属|{CODE}(?:号)?(?:患者|病人|受试者)?)"
CHINESE = re.compile(
    rf"{_WHO}(?:[\s:,、(（是为叫]{{1,3}}{SURNAME}|(?<!\d){SURNAME}|(?!周|万|余){SURNAME}){HAN}(?![级度])"
    rf"|(?:姓名|名字|全名|本名|曾用名)(?:[\s:=是为叫]{{1,3}}(?![请无不未有已见如错写])(?:{HAN}|[A-Za-z]{{2}})|{ANY}{HAN})"
    rf"|名叫\s?\w|叫(?:做|作)?{SURNAME}{HAN}|姓{ANY}(?!{HAN})"
    rf"|{HAN}(?:先生|女士)|(?<![责主担上下本每这那几一二两三四五六])(?!任){ANY}{HAN}{{0,1}}(?:{_TITLES})"
    rf"|(?<![\d\u3400-\u9fff])(?:[{_PLAIN}]{HAN}{{1,2}}|(?:{_KEPT}){HAN}{{2}}|(?:{_SHORT}){HAN}|(?:{_COMPOUND}){HAN}{{1,2}})(?!{HAN})"
)
_MOST = rf"(?:{_COMPOUND}|(?:(?!{DATA['no_names']})[{_PLAIN}])|{_SHORT})"
SAID_OF = re.compile(
    rf"(?:^|[^\u3400-\u9fff]|患者|病人|家属|[因为是与和给对由据]){_MOST}{HAN}{{1,2}}(?:{'|'.join(DATA['behind'].split())})"
)
BARE = re.compile(rf"{SURNAME}{HAN}{{1,2}}")

_INITIAL = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = (
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan"
    r"|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|a|e|i|u|v)"
)
SYLLABLE = rf"(?:{_INITIAL}{_FINAL}|[bpmfw]o|(?:ai|ei|ao|ou|ang|an|en|er|a|e)(?![a-z]))"
PAIR = re.compile(r"(?=\b([A-Za-z]+)[ ,]{1,2}([A-Za-z]+(?:[-' ][A-Za-z]+)?)\b)")
GIVEN_PINYIN = re.compile(rf"{SYLLABLE}(?:[-' ]?{SYLLABLE})?")
PINYIN, ORDINARY = frozenset(DATA["pinyin"].split()), frozenset(DATA["ordinary"].split())
ANCHOR = re.compile(
    rf"(?:\b(?:patient|pt|subject|named|called|name is|name)\b|{CODE}|患者|病人|受试者)"
    r"[\s:=,.#]{1,2}(?:is |was )?$",
    re.IGNORECASE,
)

GIVEN = frozenset(DATA["given"].split())
WORD = re.compile(r"(?<![\w-])[a-z]{3,12}(?![\w-])")
NOT_NAMES = r"(?!(?:imaging|scan|angio|spectro|cholangio|entero|mon|tues|wednes|thurs|fri|satur|sun)\w*)"
TITLED = re.compile(
    rf"\b(?:Mrs?|mrs?)\b\.? ?{NOT_NAMES}[A-Za-z]{{2}}"
    r"|\b(?:MRS|Ms|Miss|Mx|Dr|Prof|Sister|Nurse)\b\.? ?[A-Z][a-z]"
    r"|\b(?:MRS\b\.?|(?:DR|MR|MS)\.) ?[A-Z]{2}"
)
LABELLED = re.compile(
    r"\b(?:(?:patient|subject|pt)(?:'s)?|full|first|last|family|given|her|his|their)"
    r" ?name\b[\s:=]{0,3}(?:is |was )?[A-Za-z\u3400-\u9fff]{2}"
    r"|\bsurname\b[\s:=]{0,3}(?:is )?[A-Za-z]{2}|(?:^|[,;] ?)name ?[:=] ?\w{2}"
    r"|\binitials\b[\s:=]{0,3}(?:are )?[A-Z]\.?[A-Z]",
    re.IGNORECASE,
)
CALLED = re.compile(r"\b(?:called|named|name is) (?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][a-z]+\b")


def holds_name(text: str) -> bool:
    """True when a plain text seems to hold somebody's name."""
    if not text.isascii() and CHINESE.search(text):
        return True
    if not re.search("[A-Za-z]{2}", text):
        return False
    if not GIVEN.isdisjoint(WORD.findall(text.lower())):
        return True
    return any(pattern.search(text) for pattern in (TITLED, LABELLED, CALLED)) or _in_pinyin(text)


def is_a_name(text: str) -> bool:
    """True when the whole of a plain text is what a name looks like, or somebody's name with a symptom."""
    if BARE.fullmatch(text) or SAID_OF.search(text):
        return True
    found = PAIR.match(text)
    return bool(found and _named(*text.partition(" ")[::2]))


def _in_pinyin(text: str) -> bool:
    """Wang Fang, Xiaoming Li, LI XIAOMING; `wang fang` only behind what it names."""
    for found in PAIR.finditer(text):
        first, second = found.groups()
        for given in dict.fromkeys((second, second.split(" ")[0])):
            if not _named(first, given):
                continue
            if _is_title(first, given) or ANCHOR.search(text[: found.start(1)]):
                return True
    return False


def _is_title(first: str, second: str) -> bool:
    """Both words written as names are."""
    if first.isupper() and second.isupper():
        return len(first) + len(second) >= 7
    return (
        first[0].isupper() and all(word[:1].isupper() for word in second.split(" ")) and not second.isupper()
    )


def _named(first: str, second: str) -> bool:
    """A surname in pinyin with a given name, in either order; ordinary words of English are neither."""
    first, second = first.lower(), second.lower()
    words = {first, *second.split(" ")}
    if words <= ORDINARY or not second:
        return False
    return any(
        surname in PINYIN and GIVEN_PINYIN.fullmatch(given) is not None
        for surname, given in ((first, second), (second, first))
    )
