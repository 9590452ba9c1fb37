"""Bytes of YAML -> a tree of nodes with their lines, or the one mistake that keeps it from being read."""

from __future__ import annotations

import yaml

from rules.file.reading import Mistake

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20


def compose(data: bytes) -> tuple[yaml.Node | None, list[Mistake]]:
    """Parse bytes of YAML into nodes. Never expands aliases, never reads more than 256 KiB."""
    if len(data) > MAX_BYTES:
        problem = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        return _refuse(1, problem, "Keep one protocol in one file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _refuse(data[: error.start].count(b"\n") + 1, "the file is not UTF-8 text", "Save it as UTF-8")
    try:
        return _hold_to_plain_yaml(text) or _compose(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _refuse(line, f"not YAML: {error.problem}", "Mend this line; mind the indents")
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        return _refuse(line, "a character that is no text", "Save it as plain text")


Composed = tuple[yaml.Node | None, list[Mistake]]


def _refuse(line: int, problem: str, fix: str) -> Composed:
    return None, [Mistake(line, "file", problem, fix)]


def _hold_to_plain_yaml(text: str) -> Composed | None:
    """Refuse what could grow or run: aliases, tags and deep nesting; None when there is none of it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return _refuse(line, "aliases (`*name`) are not read", "Write the value out")
        tag = getattr(event, "tag", None)
        if tag:
            return _refuse(line, f"tags (`{tag}`) are not read", "Write the value alone")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return _refuse(line, "nested too deeply", "No entry needs that many levels")
    return None


def _compose(text: str) -> Composed:
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        return _refuse(1, "the file is empty", "Start from the protocol.yaml we ship")
    if not isinstance(node, yaml.MappingNode):
        return _refuse(
            node.start_mark.line + 1, "expected named sections", "Start from the protocol.yaml we ship"
        )
    return node, []
