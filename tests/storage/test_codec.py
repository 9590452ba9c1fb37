"""Events to plain data and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot import events as b
from bot import main as root
from rules import events as e
from rules.pk import events as concentration_events
from rules.toxicity import events as toxicity_events
from storage import events as s
from storage.codec import Codec, UnknownKind
from tests.storage.samples import KINDS, codec, event_classes, sample


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_comes_back_from_json_as_it_went_in(kind: type) -> None:
    event = sample(kind)
    name, data = codec().encode(event)
    assert codec().decode(name, json.loads(json.dumps(data))) == event


def test_no_event_of_the_rules_or_the_bot_is_missing_from_the_kinds() -> None:
    modules = (e, toxicity_events, concentration_events, b, s)
    assert set().union(*map(event_classes, modules)) == set(KINDS)


def test_the_composition_root_knows_every_kind() -> None:
    assert set(root.TRIAL_KINDS) | set(b.KINDS) == set(KINDS)


def test_names_of_kinds_are_unique() -> None:
    assert len({kind.__name__ for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_naive_instant_is_refused_in_every_event(kind: type) -> None:
    event = sample(kind)
    naive = {
        name: value.replace(tzinfo=None) for name, value in vars(event).items() if isinstance(value, datetime)
    }
    assert naive
    for name, value in naive.items():
        with pytest.raises(ValueError, match="zone"):
            codec().encode(kind(**{**vars(event), name: value}))


def test_an_event_of_a_newer_program_is_not_guessed_at() -> None:
    with pytest.raises(UnknownKind, match="Teleported"):
        codec().decode("Teleported", {})


def test_an_event_in_a_version_of_a_newer_program_is_not_guessed_at() -> None:
    name, data = codec().encode(sample(e.Infused))
    with pytest.raises(UnknownKind, match="version 2"):
        codec().decode(name, data, 2)


def test_a_field_added_later_takes_its_default_for_older_events() -> None:
    name, data = codec().encode(sample(e.Infused))
    del data["deviation"]
    assert codec().decode(name, data).deviation == ""


def test_nested_tuples_keep_their_shape() -> None:
    @dataclass(frozen=True)
    class Pair:
        both: tuple[tuple[str, ...], tuple[tuple[str, str], ...]]

    Pair.__annotations__["both"] = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
    pair = Pair((("a", "b"), (("c", "d"), ("e", "f"))))
    kept = Codec([Pair])
    name, data = kept.encode(pair)
    assert kept.decode(name, json.loads(json.dumps(data))) == pair
