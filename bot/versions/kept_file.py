"""The protocol file in force, from the record: for an operator who lost it, or does not know which it is."""

from __future__ import annotations

import hashlib

from bot import events as b
from bot.environment import CannotStart
from bot.main import PRACTICE, TRIAL_KINDS
from bot.memory import PROTOCOL, TRIAL
from bot.versions.versions import Versions
from rules.events import AmendmentSigned
from storage.chain import studies
from storage.codec import Codec
from storage.database import connect, snapshot
from storage.failures import OldSchema
from storage.log import Log
from storage.verbs import Refused, must_exist


async def in_force(database: str, trial: str = "") -> dict[str, str]:
    """{"study", "version", "sha256", "since", "text"} of a trial, or of the only study; CannotStart.

    The bot need not be able to start, and nothing is written.
    """
    try:
        must_exist(database)
    except Refused as error:
        raise CannotStart(str(error)) from error
    engine = connect(database)
    try:
        async with snapshot(engine):
            study = _named(await studies(engine), trial)
        log = Log(engine, study, Codec((*TRIAL_KINDS, *b.KINDS)))
        read = await log.read_all({PROTOCOL: 0, TRIAL: 0})
    except OldSchema as error:
        raise CannotStart(str(error)) from error
    finally:
        await engine.dispose()
    versions = Versions().and_then(record.event for record in read[PROTOCOL])
    signed = [(r.seq, r.event) for r in read[TRIAL] if isinstance(r.event, AmendmentSigned)]
    found = versions.last(signed)
    if found is None:
        raise CannotStart(f"{study} began before files were kept in the record: look for the file elsewhere")
    if hashlib.sha256(found["text"].encode()).hexdigest() != found["sha256"]:
        raise CannotStart("the kept file is not the one in force any more: run python -m storage verify")
    return {"study": study, **found}


def _named(there: list[str], trial: str) -> str:
    found = [study for study in there if not trial or study.removeprefix(PRACTICE) == trial]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(study.removeprefix(PRACTICE) for study in there) or "none"
    raise CannotStart(f"name a study with --study; the database holds: {listed}")
