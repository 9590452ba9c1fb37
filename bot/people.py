"""Who is who: a fold of the stream of people."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import events as b

INVITATION_DAYS = timedelta(days=7)
PIN_TRIES, PIN_LOCK = 5, timedelta(minutes=15)
SECOND_LIFE = timedelta(minutes=60)
KEPT = 200


@dataclass(frozen=True)
class Person:
    """One person with access: an id of ours, the channel's numeric user id, one role, since when."""

    id: str
    user: int
    role: str
    since: datetime | None = None


@dataclass(frozen=True)
class Pin:
    """A person's PIN: its hash, wrong tries since the last right one, and until when it is locked."""

    hashed: str = ""
    wrong: int = 0
    locked: datetime | None = None

    @property
    def left(self) -> int:
        """Tries left before it is locked."""
        return PIN_TRIES - self.wrong % PIN_TRIES


@dataclass(frozen=True)
class People:
    """Everybody with access, and the invitations that can still be used, by the hash of their code.

    `names` and `pins` are by person, `waiting` are first signatures by key, `told` the newest events; `users`
    are all numeric ids by person, `bore` who ever had a printed name, `renamed` the name before a change.
    """

    present: tuple[Person, ...] = ()
    invitations: tuple[b.Invited, ...] = ()
    ever: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, Pin] = field(default_factory=dict)
    waiting: Mapping[str, b.FirstSigned] = field(default_factory=dict)
    told: tuple[tuple[str, Any], ...] = ()
    users: Mapping[str, int] = field(default_factory=dict)
    bore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renamed: Mapping[tuple[str, datetime], str] = field(default_factory=dict)

    def by_user(self, user: int) -> Person | None:
        """The person behind a numeric user id, or None for a stranger."""
        return next((p for p in self.present if p.user == user), None)

    def by_id(self, id_: str) -> Person | None:
        """The person of an id, or None when nobody present has it."""
        return next((p for p in self.present if p.id == id_), None)

    def in_roles(self, *roles: str) -> tuple[Person, ...]:
        """Everybody in one of the roles."""
        return tuple(p for p in self.present if p.role in roles)

    def invitation(self, code: str, now: datetime) -> b.Invited | None:
        """The unused, unexpired invitation of a code, or None."""
        hashed = hash_code(code)
        return next((i for i in self.invitations if i.code_sha256 == hashed and now < i.expires), None)

    def pin(self, person: str) -> Pin:
        """A person's PIN; one without a hash where none is set."""
        return self.pins.get(person, Pin())

    def bearers(self, name: str) -> tuple[str, ...]:
        """Everybody who has or had a printed name, whatever its case, spaces and points."""
        return self.bore.get(_folded(name), ())

    def named(self, name: str) -> str:
        """A printed name with the id of who bears it; both ids where two did before that was refused."""
        ids = "/".join(self.bearers(name))
        return f"{name} ({ids})" if ids else name

    def half_signed(self, now: datetime) -> tuple[b.FirstSigned, ...]:
        """First signatures that wait for a second, of people who are still here in that role."""
        here = {(p.id, p.role) for p in self.present}
        return tuple(
            x for x in self.waiting.values() if now - x.at <= SECOND_LIFE and (x.person, x.role) in here
        )


def _folded(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


def hash_code(code: str) -> str:
    """What is kept of an invitation's code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def fold_people(events: Iterable[Any], people: People | None = None, by: Iterable[str] = ()) -> People:
    """People as the stream has them; `people` is what went before, `by` who caused each event."""
    people, writers = people or People(), iter(by)
    for event in events:
        told = (*people.told[1 - KEPT :], (next(writers, ""), event))
        people = replace(_apply(people, event), told=told)
    return people


def _apply(people: People, event: Any) -> People:
    match event:
        case b.Invited():
            return replace(people, invitations=(*people.invitations, event))
        case b.Joined():
            left = tuple(i for i in people.invitations if i.code_sha256 != event.code_sha256)
            others = tuple(p for p in people.present if p.user != event.user)
            joined = Person(event.person, event.user, event.role, event.at)
            users = {**people.users, event.person: event.user}
            return replace(
                people, present=(*others, joined), invitations=left, ever=people.ever + 1, users=users
            )
        case b.Removed():
            return replace(people, present=tuple(p for p in people.present if p.id != event.person))
        case b.RoleChanged():
            changed = (replace(p, role=event.role) if p.id == event.person else p for p in people.present)
            return replace(people, present=tuple(changed))
        case b.Named():
            return _named(people, event)
        case b.FirstSigned():
            return replace(people, waiting={**people.waiting, event.key: event})
        case b.FirstSettled():
            rest = {key: first for key, first in people.waiting.items() if key != event.key}
            return replace(people, waiting=rest)
    return _pinned(people, event)


def _named(people: People, event: b.Named) -> People:
    old, bearers = people.names.get(event.person, event.name), people.bearers(event.name)
    renamed = {**people.renamed, (event.person, event.at): old} if old != event.name else people.renamed
    bore = {**people.bore, _folded(event.name): tuple(dict.fromkeys((*bearers, event.person)))}
    names = {**people.names, event.person: event.name}
    return replace(people, names=names, bore=bore, renamed=renamed)


def _pinned(people: People, event: Any) -> People:
    """What an event makes of a PIN: every fifth wrong try locks it for a while."""
    match event:
        case b.PinSet():
            pin = Pin(event.hashed)
        case b.PinFailed():
            old = people.pin(event.person)
            wrong = old.wrong + 1
            locked = event.at + PIN_LOCK if wrong % PIN_TRIES == 0 else old.locked
            pin = replace(old, wrong=wrong, locked=locked)
        case b.PinAccepted():
            pin = Pin(people.pin(event.person).hashed)
        case _:
            return people
    return replace(people, pins={**people.pins, event.person: pin})
