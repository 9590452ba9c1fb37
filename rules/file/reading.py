"""Reading YAML with eyes open: every mistake is a value with its line, and all come at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import yaml

MANY = 100
_SCALARS = yaml.SafeLoader("")
Made = TypeVar("Made")


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a file: where, what is wrong, and what to do about it."""

    line: int
    where: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.problem}. {self.fix}."


class Here:
    """A place in the file: reads the values below it and notes what is wrong with them."""

    def __init__(self, node: yaml.Node, where: str, mistakes: list[Mistake]) -> None:
        self.node, self.where, self.mistakes = node, where, mistakes
        self.line = node.start_mark.line + 1
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        self._behind = {_text(key): value for key, value in reversed(pairs)}

    def wrong(self, problem: str, fix: str) -> None:
        """Note a mistake at this place."""
        self.mistakes.append(Mistake(self.line, self.where or "file", problem, fix))

    # ------------------------------------------------------------ going down
    def only(self, required: Iterable[str], optional: Iterable[str] = ()) -> bool:
        """Hold this mapping to its keys; False when it is no mapping at all."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("expected an entry with named fields", f"Write {', '.join(required)}")
            return False
        known = dict.fromkeys([*required, *optional])
        seen: set[str] = set()
        for key, _ in self.node.value:
            name = _text(key)
            place = Here(key, self.where, self.mistakes)
            if name in seen:
                place.wrong(f"`{_short(name)}` is written twice", "Keep one of the two")
            elif name not in known:
                near = difflib.get_close_matches(name, known, 1) if len(seen) < MANY else []
                place.wrong(
                    f"`{_short(name)}` is not a field here",
                    f"Did you mean `{near[0]}`" if near else f"Fields: {', '.join(known)}",
                )
            seen.add(name)
        for name in required:
            if name not in seen:
                self.wrong(f"`{name}` is missing", f"Add a line `{name}: ...`")
        return True

    def names(self) -> list[str]:
        """The names of this mapping, which are free, in order; noted as a mistake when it is none."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("expected named fields", "Write `name: value` lines")
            return []
        written = [_text(key) for key, _ in self.node.value]
        self.only([], written)
        return list(dict.fromkeys(written))

    def at(self, name: str) -> Here | None:
        """The place behind `name`, or None when it is absent."""
        if name not in self._behind:
            return None
        return Here(self._behind[name], f"{self.where}.{name}" if self.where else name, self.mistakes)

    def section(self, name: str) -> Here:
        """The place behind `name`; where it is missing, an empty one whose own mistakes go unheard."""
        return self.at(name) or Here(yaml.MappingNode("", [], self.node.start_mark), name, [])

    def each(self, name: str, labelled: str = "") -> Iterator[Here]:
        """The entries of the list behind `name`; each is called by its `labelled` field."""
        place = self.at(name)
        if place is None:
            return
        if not isinstance(place.node, yaml.SequenceNode):
            place.wrong("expected a list", "Start each entry with `- `")
            return
        for number, node in enumerate(place.node.value, 1):
            entry = Here(node, f"{place.where}[{number}]", self.mistakes)
            label = entry.at(labelled) if labelled else None
            if label is not None and isinstance(label.node, yaml.ScalarNode):
                entry.where = f"{labelled} {_short(label.written())}"
            yield entry

    # ------------------------------------------------------------ values
    def value(self) -> Any:
        """The plain value written here, as YAML 1.1 reads it."""
        return _plain(self.node)

    def _get(self, name: str, check: Callable[[Any], Made | None], fallback: Made, fix: str) -> Made:
        place = self.at(name)
        if place is None:
            return fallback
        made = check(place.value())
        if made is None:
            place.wrong(f"`{_short(place.written())}` does not fit", fix)
            return fallback
        return made

    def written(self) -> str:
        """The word as it is written, `no` and `1.0` too, which YAML 1.1 would read as False and a number."""
        return _text(self.node)

    def text(self, name: str, fallback: str = "", fix: str = "Write words") -> str:
        """A non-empty line of text."""
        return self._get(name, lambda v: v if isinstance(v, str) and v.strip() else None, fallback, fix)

    def day(self, name: str) -> date:
        """A calendar day."""

        def check(value: Any) -> date | None:
            return value if type(value) is date else None

        return self._get(name, check, date.min, "Write a day like 2025-03-18")

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words."""
        return self._get(
            name,
            lambda v: tuple(v) if isinstance(v, list) and all(isinstance(w, str) for w in v) else None,
            (),
            "Write a list of words: [a, b]",
        )

    def one_of(self, name: str, choices: Iterable[str], fallback: str = "") -> str:
        """One word of `choices`."""
        place, known = self.at(name), list(choices)
        if place is None or place.written() in known:
            return place.written() if place else fallback
        place.wrong(f"`{_short(place.written())}` does not fit", f"Write one of: {', '.join(known)}")
        return fallback

    def whole(self, name: str, low: int, high: int, fallback: int = 0) -> int:
        """A whole number in [low, high]."""

        def check(value: Any) -> int | None:
            return value if type(value) is int and low <= value <= high else None

        return self._get(name, check, fallback, f"Write a whole number from {low} to {high}")

    def truth(self, name: str) -> bool:
        """true or false; false where it is absent."""
        return self._get(name, lambda v: v if isinstance(v, bool) else None, False, "Write true or false")

    def number(self, name: str, low: float, high: float, fallback: float = 0.0) -> float:
        """A number in [low, high]; `1e8` without sign and point is text in YAML 1.1 and said so."""

        def check(value: Any) -> float | None:
            fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
            return float(value) if fits else None

        fix = f"Write a number from {low:g} to {high:g}; an exponent needs point and sign: 1.0e+8"
        return self._get(name, check, fallback, fix)


def _plain(node: yaml.Node) -> Any:
    """The Python value of a node: str, int, float, bool, None, date, list or dict."""
    if isinstance(node, yaml.MappingNode):
        return {_text(key): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    try:
        return _SCALARS.construct_document(node)
    except (yaml.YAMLError, ValueError):
        return str(node.value)


def _text(node: yaml.Node) -> str:
    """What is written at a node, on one line."""
    if isinstance(node, yaml.ScalarNode):
        return " ".join(node.value.split())
    return "a list" if isinstance(node, yaml.SequenceNode) else "named fields"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
