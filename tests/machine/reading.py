"""Letters as a person gets them: words, at most 4,096 characters, well-formed, and never an apology."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).resolve().parents[2] / "bot" / "texts"
WORDS = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(TEXTS.glob("*.yaml"))]
APOLOGIES = [words["apology"] for words in WORDS]
MARKS = [words["practice.mark"] for words in WORDS]
TOKEN = re.compile(r"<(?P<close>/?)(?P<tag>b|i|u|s|code|pre)>|&(?:lt|gt|amp|quot|#\d+);|(?P<bad>[<&>])")
LONGEST, LONGEST_DATA = 4096, 64


def flaws(payload: dict[str, Any]) -> list[str]:
    """What is wrong with a letter; empty when nothing is."""
    html = payload["html"]
    found = [] if _words(html) else ["it says nothing"]
    if len(html.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        found.append("it is too long")
    if any(apology in html for apology in APOLOGIES) or "Traceback" in html:
        found.append("it apologises")
    for label, data in (button for row in payload["buttons"] for button in row):
        if not label.strip() or not 0 < len(data.encode()) <= LONGEST_DATA:
            found.append(f"a button with {label!r} and {data!r}")
    return found + malformed(html)


def _words(html: str) -> str:
    for mark in MARKS:
        html = html.replace(mark, "")
    return TOKEN.sub("", html).strip()


def malformed(html: str) -> list[str]:
    """What keeps Telegram from reading it: a tag that is none, one not closed, a bare sign."""
    open_: list[str] = []
    for found in TOKEN.finditer(html):
        if found["bad"]:
            return [f"a bare {found['bad']} at {found.start()}"]
        if found["tag"] and not found["close"]:
            open_.append(found["tag"])
        elif found["tag"] and (not open_ or open_.pop() != found["tag"]):
            return [f"</{found['tag']}> closes nothing"]
    return [f"<{tag}> is never closed" for tag in open_]
