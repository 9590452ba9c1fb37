"""`python -m tests.bot.docs_pictures`: draw the pictures of docs/, from made-up data that is labelled so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.commands.pharmacokinetics import pk
from bot.commands.scores import scores
from bot.commands.summaries import safety, swimmer
from bot.pictures.draw import draw
from bot.render import payloads
from bot.words import LANGUAGES, Reader
from tests.bot import made_up
from tests.bot.made_up import asked
from tests.bot.study import SITE, code

DOCS = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MADE_UP = {"en": "made-up data", "zh": "虚构数据"}


def drawn(language: str) -> dict[str, dict[str, Any]]:
    """The data of each picture, by the name of its file."""
    one, all_ = asked(language, {"subject": code(2)}), asked(language)
    outcomes = {
        "pk-subject": pk(one),
        "pk-levels": pk(all_),
        "safety": safety(asked(language, more=made_up.scores())),
        "swimmer": swimmer(all_),
        "scores": scores(asked(language, {"subject": code(2)}, made_up.scores())),
    }
    return {name: payloads(o.reply, Reader(language, SITE))[-1]["picture"] for name, o in outcomes.items()}


def main() -> None:
    """Write them anew."""
    DOCS.mkdir(exist_ok=True)
    for language in LANGUAGES:
        for name, picture in drawn(language).items():
            words = picture["words"] | {"title": f"{picture['words']['title']} ({MADE_UP[language]})"}
            (DOCS / f"{name}.{language}.png").write_bytes(draw(picture | {"words": words}))


if __name__ == "__main__":
    main()
