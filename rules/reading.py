"""Reading YAML with eyes open: every mistake is a value with its line, and all come at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
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

    def wrong(self, problem: str, fix: str) -> None:
        """Note a mistake at this place."""
        self.mistakes.append(Mistake(self.line, self.where, problem, fix))

    # ------------------------------------------------------------ going down
    def only(self, required: Iterable[str], optional: Iterable[str] = ()) -> bool:
        """Hold this mapping to its keys; False when it is no mapping at all."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("expected an entry with named fields", f"Write {', '.join(required)}")
            return False
        known = [*required, *optional]
        seen: set[str] = set()
        for key, _ in self.node.value:
            name = str(key.value)
            place = Here(key, self.where, self.mistakes)
            if name in seen:
                place.wrong(f"`{name}` is written twice", "Keep one of the two")
            elif name not in known:
                near = difflib.get_close_matches(name, known, 1)
                place.wrong(
                    f"`{name}` is not a field here",
                    f"Did you mean `{near[0]}`" if near else f"Fields: {', '.join(known)}",
                )
            seen.add(name)
        for name in required:
            if name not in seen:
                self.wrong(f"`{name}` is missing", f"Add a line `{name}: ...`")
        return True

    def keys(self) -> list[str]:
        """The names of this mapping, in order; noted as a mistake when it is none."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("expected named fields", "Write `name: value` lines")
            return []
        return [str(key.value) for key, _ in self.node.value]

    def at(self, name: str) -> Here | None:
        """The place behind `name`, or None when it is absent."""
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                if str(key.value) == name:
                    return Here(value, f"{self.where}.{name}" if self.where else name, self.mistakes)
        return None

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
                entry.where = f"{labelled} {label.node.value}"
            yield entry

    # ------------------------------------------------------------ values
    def value(self) -> Any:
        """The plain value written here, as YAML 1.1 reads it."""
        return _plain(self.node)

    def _get(self, name: str, check: Callable[[Any], Made | None], fallback: Made, fix: str) -> Made:
        place = self.at(name)
        if place is None:
            return fallback
        value = place.value()
        made = check(value)
        if made is None:
            place.wrong(f"`{_short(value)}` does not fit", fix)
            return fallback
        return made

    def text(self, name: str, fallback: str = "") -> str:
        """A non-empty line of text."""
        return self._get(
            name, lambda v: v if isinstance(v, str) and v.strip() else None, fallback, "Write words"
        )

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
        known = list(choices)
        return self._get(
            name, lambda v: v if v in known else None, fallback, f"Write one of: {', '.join(known)}"
        )

    def whole(self, name: str, low: int, high: int, fallback: int = 0) -> int:
        """A whole number in [low, high]."""

        def check(value: Any) -> int | None:
            return value if type(value) is int and low <= value <= high else None

        return self._get(name, check, fallback, f"Write a whole number from {low} to {high}")

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
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    try:
        return _SCALARS.construct_document(node)
    except (yaml.YAMLError, ValueError):
        return str(node.value)


def _short(value: Any) -> str:
    said = " ".join(str(value).split())
    return said if len(said) <= 40 else said[:39] + "…"


def compose(data: bytes) -> tuple[yaml.Node | None, list[Mistake]]:
    """Parse bytes of YAML into nodes. Never expands aliases, never reads more than 256 KiB."""
    if len(data) > MAX_BYTES:
        problem = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        return None, [Mistake(1, "file", problem, "Keep one protocol in one file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, [Mistake(line, "file", "the file is not UTF-8 text", "Save it as UTF-8")]
    try:
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Mistake(line, "file", f"not YAML: {error.problem}", "Mend this line; mind the indents")]
    except yaml.YAMLError as error:
        problem = f"not YAML: {str(error).splitlines()[0]}"
        return None, [Mistake(1, "file", problem, "Save it as plain text")]


def _compose(text: str) -> tuple[yaml.Node | None, list[Mistake]]:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return None, [Mistake(line, "file", "aliases (`*name`) are not read", "Write the value out")]
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return None, [Mistake(line, "file", "nested too deeply", "No entry needs that many levels")]
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        return None, [Mistake(1, "file", "the file is empty", "Start from the protocol.yaml we ship")]
    if not isinstance(node, yaml.MappingNode):
        return None, [Mistake(1, "file", "expected named sections", "Start from the protocol.yaml we ship")]
    return node, []
