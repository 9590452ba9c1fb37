"""Who is who: a fold of the stream of people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import events as b

INVITATION_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Person:
    """One person with access: an id of ours, the channel's numeric user id, one role."""

    id: str
    user: int
    role: str


@dataclass(frozen=True)
class People:
    """Everybody with access, and the invitations that can still be used, by the hash of their code."""

    present: tuple[Person, ...] = ()
    invitations: tuple[b.Invited, ...] = ()
    ever: int = 0

    def by_user(self, user: int) -> Person | None:
        """The person behind a numeric user id, or None for a stranger."""
        return next((p for p in self.present if p.user == user), None)

    def in_roles(self, *roles: str) -> tuple[Person, ...]:
        """Everybody in one of the roles."""
        return tuple(p for p in self.present if p.role in roles)

    def invitation(self, code: str, now: datetime) -> b.Invited | None:
        """The unused, unexpired invitation of a code, or None."""
        hashed = hash_code(code)
        return next((i for i in self.invitations if i.code_sha256 == hashed and now < i.expires), None)


def hash_code(code: str) -> str:
    """What is kept of an invitation's code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def fold_people(events: Iterable[Any], people: People | None = None) -> People:
    """People as the stream has them; `people` is what went before."""
    people = people or People()
    for event in events:
        people = _apply(people, event)
    return people


def _apply(people: People, event: Any) -> People:
    match event:
        case b.Invited():
            return People(people.present, (*people.invitations, event), people.ever)
        case b.Joined():
            left = tuple(i for i in people.invitations if i.code_sha256 != event.code_sha256)
            others = tuple(p for p in people.present if p.user != event.user)
            joined = Person(event.person, event.user, event.role)
            return People((*others, joined), left, people.ever + 1)
        case b.Removed():
            stay = tuple(p for p in people.present if p.id != event.person)
            return People(stay, people.invitations, people.ever)
    return people
