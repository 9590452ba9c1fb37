"""Choosing a study: what a message says about it, and the question with its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.messages import Choice, Message, Reply, say
from bot.privacy import MARKER, seems_personal
from bot.tags import untagged
from rules.protocol import Identity


def invited_to(message: Message, tags: Mapping[str, str]) -> str | None:
    """The study of a typed `/start CODE`: codes begin with the study's tag."""
    words = message.text.split() if message.kind == "text" else []
    if len(words) != 2 or words[0] != "/start":
        return None
    return tags.get(untagged(f"@{words[1]}")[0])


def pressed(message: Message) -> tuple[str, str]:
    """The tag of the study in which a button acts, and what it says there; the chooser's choose one."""
    if message.press.startswith("/study @"):
        return message.press.removeprefix("/study "), "/study"
    return untagged(message.press)


def named(message: Message, ids: Mapping[str, str]) -> str | None:
    """The study that `/study NCT...` names, of these ids by study."""
    words = message.text.split() if message.kind == "text" else []
    if len(words) != 2 or words[0].lower() != "/study":
        return None
    return next((study for study, id_ in ids.items() if id_.casefold() == words[1].casefold()), None)


def chooser(message: Message, trials: Sequence[tuple[str, Identity]], current: str) -> Reply:
    """Which study? `trials` are tags with identities; a button turns to its study."""
    lines = [say("study.ask", number=len(trials))]
    lines += [say("study.line", study=trial.id, title=trial.title) for _, trial in trials]
    if current:
        lines.append(say("study.now", study=current))
    elif message.kind in ("edited", "forwarded", "other"):
        lines.insert(0, say(f"kind.{message.kind}"))
    elif message.text == MARKER or seems_personal(message.text):
        lines.insert(0, say("personal"))
    elif not message.text.startswith("/study"):
        lines.append(say("study.again"))
    return Reply(tuple(lines), tuple((Choice(trial.id, f"/study {tag}"),) for tag, trial in trials))
