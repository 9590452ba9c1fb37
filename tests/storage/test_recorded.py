"""Every kind of event in every version it ever had is recorded, is never edited, and can still be read."""

from __future__ import annotations

import hashlib

import pytest

from bot.memory import Memory
from rules.counting import history_of
from rules.notation import write_outcomes
from storage.codec import version_of
from storage.database import connect
from storage.log import Log
from storage.restore import restore
from tests.bot.study import USERS, shipped
from tests.storage import recorded
from tests.storage.samples import KINDS, codec

ADD = "run `python -m tests.storage.recorded kinds NAME` and add the new file's sha256 to FILES"
# Each file as it was when it was recorded. A line here is never changed: new ones are added.
FILES = {
    "0001.jsonl.gz": "b07961ff37d6afbfe7b2e01ee07d6832b35912f6f709440bb8a840ac8d9d104c",
    "0004.backup.gz": "af3cbeb310401b08896a192f39bdd07162307952aba5181f2f43c1d17900178b",
    "kinds-0004.jsonl": "ef4d4c11db04979d0a769b0177141ae966a4fc2457c549b978c6efcba6698357",
    "kinds-0004-toxicity.jsonl": "bbbf8d48a6c0913a7593147ed58b182b92fe4725ffb45adc72305fa3a58289a6",
}


def test_no_recorded_file_was_ever_edited() -> None:
    files = [path for path in recorded.HERE.iterdir() if path.suffix in (".gz", ".jsonl")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == FILES


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_has_a_recorded_example_of_its_version(kind: type) -> None:
    assert (kind.__name__, version_of(kind)) in recorded.kinds(), ADD


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_kind_changed_its_shape_without_a_new_version(kind: type) -> None:
    row = recorded.kinds().get((kind.__name__, version_of(kind)))
    assert row, ADD
    why = f"it has another shape than was recorded: give it VERSION = {version_of(kind) + 1}; {ADD}"
    assert recorded.shape(kind) == row["shape"], why


@pytest.mark.parametrize("key", recorded.kinds(), ids=str)
def test_each_recorded_event_is_read_as_it_was_written(key: tuple[str, int]) -> None:
    row = recorded.kinds()[key]
    kind, data = codec().encode(codec().decode(row["kind"], row["data"], row["version"]))
    assert kind == row["kind"]
    assert {name: data[name] for name in row["data"]} == row["data"]


async def test_a_backup_that_revision_0004_wrote_folds_to_what_it_was(url: str) -> None:
    made = await restore(url, recorded.HERE / "0004.backup.gz")
    assert {study: (x["events"], x["head"]) for study, x in made["studies"].items()} == {
        "practice:NCT06871644": (689, "9f0c7328be2fa8c9b52cf548859278e4d07221dac64e159ec95e859ee7fbefe9")
    }
    engine = connect(url)
    memory = Memory(Log(engine, "practice:NCT06871644", codec()), shipped())
    await memory.refresh(*USERS)
    await engine.dispose()
    trial = memory.trial
    now = trial.log[-1].entered_at
    assert now is not None
    assert (trial.mtd, len(trial.log), len(trial.subjects)) == (1, 259, 11)
    assert write_outcomes(history_of(memory.protocol, trial, now)) == "1NNN 2NNT 2NT 1NNN"
    assert len(memory.signatures) == 37
    assert {number: memory.signatures[number].meaning for number in (70, 141, 188, 259)} == {
        70: "I open places at level 2 (1×10⁸).",
        141: "I open places at level 2 (1×10⁸).",
        188: "I open places at level 1 (0.25×10⁸).",
        259: "I sign the end of the escalation.",
    }
    assert [person.id for person in memory.people.present] == [f"P{user}" for user in USERS]
