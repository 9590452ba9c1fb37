"""The data of pictures for tests: small and large, and a trial that is hard to draw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.messages import Picture, Reply, say
from bot.render import payloads
from bot.words import Reader
from tests.bot import crowded
from tests.bot.docs_pictures import drawn
from tests.bot.study import SITE, START, code

DAY = timedelta(days=1)
LEVELS = [3, 6]


def characteristics_picture(language: str, levels: int) -> dict[str, Any]:
    """The data of a picture with that many levels, all rates long to write."""
    named = tuple(say("picture.level", level=at) for at in range(1, levels + 1))
    words = {
        "title": say("picture.oc"), "mtd": say("picture.oc.mtd"), "none": say("picture.none"),
        "subjects": say("picture.oc.subjects", total="12.44"), "levels": named,
    }  # fmt: skip
    numbers = {
        "mtd": [1 / (levels + 1)] * (levels + 1), "subjects": [5.55] * levels, "rates": ["12.5 %"] * levels
    }  # fmt: skip
    return data(Picture("oc", numbers, words), language)


def calendar(language: str, windows: int, days: int) -> dict[str, Any]:
    """The data of a calendar with that many windows, the last infusion that many days ahead."""
    day = START.date()
    rows = [
        {"kind": "window", "begin": f"{day + n * DAY}", "end": f"{day + (n + 29) * DAY}"}
        for n in range(windows)
    ]
    rows.append({"kind": "opens", "begin": f"{day + 40 * DAY}", "end": f"{day + days * DAY}"})
    rows.append({"kind": "last", "begin": f"{day + days * DAY}", "end": f"{day + days * DAY}"})
    span = say("picture.span", at=str(day), to=str(day))
    words = {
        "title": say("picture.calendar"), "today": say("picture.today", at=str(day)),
        "labels": (*(code(n) for n in range(windows)), say("picture.opens", level=3), say("picture.last")),
        "notes": (*(say("picture.until", at=str(day)) for _ in range(windows)), span, str(day)),
    }  # fmt: skip
    return data(Picture("calendar", {"today": str(day + 3 * DAY), "rows": rows}, words), language)


def many_panels(language: str) -> dict[str, Any]:
    """Six levels with as many subjects as a picture has lines for, and a limit of quantification."""
    picture = drawn(language)["pk-levels"]
    curves = [{"label": code(n), "seen": [[7, 10.0**n], [90, 5.0]], "below": [0]} for n in range(1, 7)]
    panels = [{"unit": "copies/ug", "curves": curves, "limit": 2.0}] * 6
    titles = [picture["words"]["panels"][0]] * 6
    return picture | {"panels": panels, "words": picture["words"] | {"panels": titles}}


def data(picture: Picture, language: str) -> dict[str, Any]:
    """The data that the channel draws."""
    [payload] = payloads(Reply(picture=picture), Reader(language, SITE))
    made: dict[str, Any] = payload["picture"]
    return made


def pictures(language: str) -> list[dict[str, Any]]:
    """One of each kind, and those that are hard to draw."""
    made = [characteristics_picture(language, levels) for levels in LEVELS]
    made += [*drawn(language).values(), *crowded.drawn(language).values(), many_panels(language)]
    return made + [calendar(language, n, days) for n, days in ((0, 60), (1, 60), (3, 300), (9, 900))]
