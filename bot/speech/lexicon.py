"""The words that are known: CTCAE terms and their synonyms, the whitelist, the facts of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.speech.plain import HAN, american, seen
from rules.protocol import Protocol

__all__ = ["HERE", "Lexicon", "key", "lexicon", "seen", "spelt", "term_names", "terms", "whitelist"]

HERE = Path(__file__).resolve().parent
WORD = re.compile(rf"[a-z0-9γ]+(?:\\.[0-9]+)?|'s|[{HAN}]")
UP = (
    ("increased", "elevated", "raised", "high"),
    ("increased", "elevated", "raised", "elevation", "increase", "high", "up"),
)
DOWN = ("decreased", "low", "reduced"), ("decreased", "low", "reduced", "decrease", "drop", "down")
UP_ZH, DOWN_ZH = ("升高", "增高", "增加", "上升"), ("降低", "减少", "下降", "减低")
JUDGED = ("satisfactory", "good", "normal", "adequate", "positive", "良好", "正常", "阳性")
Entry = tuple[str, object]


@dataclass(frozen=True)
class Lexicon:
    """Entries (kind, value) by key: the words joined by one space, Chinese signs without any."""

    entries: dict[str, tuple[Entry, ...]]
    beginnings: frozenset[str]


def key(text: str) -> str:
    """The key of a phrase: its words in one spelling."""
    return re.sub(rf"(?<=[{HAN}]) | (?=[{HAN}])", "", " ".join(american(w) for w in WORD.findall(text)))


def _rows(name: str) -> Iterator[list[str]]:
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def spelt(alias: str) -> Iterator[str]:
    """Every way to say an alias; `+x` and `-x` are x increased and decreased."""
    if alias[0] not in "+-":
        yield alias
        return
    before, after = UP if alias[0] == "+" else DOWN
    words = alias[1:]
    if re.search(f"[{HAN}]", words):
        yield from (words + how for how in (UP_ZH if alias[0] == "+" else DOWN_ZH))
        return
    yield from (f"{how} {words}" for how in before)
    yield from (f"{words} {how}" for how in after)
    if re.fullmatch(r"[a-z0-9]+", words):
        yield from (words + how for how in (UP_ZH if alias[0] == "+" else DOWN_ZH))


@cache
def terms() -> dict[str, tuple[str, ...]]:
    """CTCAE v5.0 term names by key; several where what people say is vague."""
    made: dict[str, tuple[str, ...]] = {}
    for name, *aliases in _rows("terms.tsv"):
        said = [s for alias in (aliases[0].split("|") if aliases else ()) for s in spelt(seen(alias))]
        for words in (seen(name), *said):
            if made.setdefault(key(words), (name,)) != (name,):
                raise ValueError(f"{words}: {name} or {made[key(words)]}")
    for words, among in _rows("vague.tsv"):
        for word in words.split("|"):
            made.setdefault(key(seen(word)), (*among.split("|"), ""))
    return made


@cache
def term_names() -> frozenset[str]:
    """The 837 names."""
    return frozenset(row[0] for row in _rows("terms.tsv"))


@cache
def whitelist() -> dict[str, tuple[str, ...]]:
    """Words by class."""
    read = yaml.load((HERE / "words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {str(kind): _split(words) for kind, words in read.items()}


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def lexicon(protocol: Protocol) -> Lexicon:
    """The lexicon of a trial's file."""
    made: dict[str, list[Entry]] = {}

    def add(words: str, kind: str, value: object) -> None:
        made.setdefault(key(seen(words)), []).append((kind, value))

    for kind, words in whitelist().items():
        for word in words:
            add(word, f"w:{kind}", word)
    for fact, names in _facts(protocol):
        for name in names:
            add(name, "fact", fact)
    for name_key, names in terms().items():
        made.setdefault(name_key, []).append(("term", names[0]) if len(names) == 1 else ("vague", names[:-1]))
    beginnings = {start for phrase in made for start in _beginnings(phrase)}
    return Lexicon({k: tuple(v) for k, v in made.items()}, frozenset(beginnings))


def _beginnings(phrase: str) -> Iterator[str]:
    """What a key reads like after each of its words."""
    yield from (phrase[: found.end()] for found in WORD.finditer(phrase))


def _facts(protocol: Protocol) -> Iterable[tuple[str, tuple[str, ...]]]:
    read = yaml.load((HERE / "facts.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    for fact in protocol.facts:
        own = [re.sub(r"[?？].*|（.*?）", "", words) for _, words in fact.asks.by_language]
        own = [name for name in own if not name.endswith(JUDGED)]  # the value is a token of its own
        yield (
            fact.id,
            tuple(dict.fromkeys((*_split(str(read.get(fact.id, ""))), *own, fact.id.replace("_", " ")))),
        )
