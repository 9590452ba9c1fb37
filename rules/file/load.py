"""protocol.yaml -> Protocol, or every mistake in it at once, each with line, clause and what to do."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import yaml

from rules.file.codes import PATTERN
from rules.file.load_clauses import read_assumptions, read_clauses, read_estimate
from rules.file.load_course import (
    read_assay,
    read_cohort,
    read_levels,
    read_reminders,
    read_signing,
    read_stages,
)
from rules.file.load_facts import read_criteria, read_facts
from rules.file.reading import Here, Mistake
from rules.file.reading_words import said
from rules.file.tree import compose
from rules.protocol import Assumption, Identity, Protocol

if TYPE_CHECKING:
    from rules.file.response_rule import ResponseRule
    from rules.toxicity.dlt import DltCriterion

SECTIONS = (
    "trial", "subjects", "dose", "cohort", "window", "dlt", "stages", "facts", "criteria", "escalation",
    "assumptions", "reminders",
)  # fmt: skip


def load(data: bytes) -> tuple[Protocol | None, list[Mistake]]:
    """Read a protocol; (protocol, []) or (None, mistakes by line). Units and clauses are proved apart."""
    protocol, mistakes = read(data)
    return (None, mistakes) if mistakes else (protocol, [])


def read(data: bytes) -> tuple[Protocol | None, list[Mistake]]:
    """What could be read although there are mistakes, and the mistakes; None when there is no tree."""
    node, mistakes = compose(data)
    if node is None:
        return None, mistakes
    root = Here(node, "", mistakes)
    root.only(SECTIONS, ["signing", "safety", "response", "pharmacokinetics"])
    protocol = _protocol(root, data)
    return protocol, sorted(set(mistakes))


def _protocol(root: Here, data: bytes) -> Protocol:
    assumptions = read_assumptions(root)
    _apply(root, assumptions)
    facts = read_facts(root)
    dose, window, dlt, safety = (root.section(name) for name in ("dose", "window", "dlt", "safety"))
    dose.only(["unit", "basis", "levels", "tolerance_percent", "source"])
    window.only(["days", "source"], ["extra_days"])
    dlt.only(["adjudicate_from_grade", "scale", "source"], ["criteria"])
    dose.one_of("basis", ["fixed_total"])
    return Protocol(
        trial=_identity(root.section("trial")),
        sha256=hashlib.sha256(data).hexdigest(),
        code=_code(root.section("subjects")),
        levels=read_levels(dose),
        dose_unit=dose.text("unit"),
        tolerance_percent=dose.number("tolerance_percent", 0, 50),
        dose_source=dose.text("source"),
        cohort=read_cohort(root.section("cohort")),
        window_days=window.whole("days", 1, 3650, 1),
        window_extra_days=window.whole("extra_days", 0, 7),
        window_source=window.text("source"),
        adjudicate_from_grade=dlt.whole("adjudicate_from_grade", 1, 5, 3),
        dlt_scale=dlt.text("scale"),
        dlt_source=dlt.text("source"),
        dlt_criteria=_dlt_criteria(dlt),
        stages=read_stages(root),
        facts=facts,
        criteria=read_criteria(root, facts),
        clauses=read_clauses(root, assumptions),
        assumptions=assumptions,
        reminders=read_reminders(root.section("reminders")),
        estimate=read_estimate(root.section("escalation")),
        text=data.decode("utf-8", "replace"),
        infusion_second_person=read_signing(root.section("signing")),
        assay=read_assay(root.at("pharmacokinetics")),
        sae_hours=_sae_hours(safety),
        safety_source=safety.text("source"),
        response=_response(root.at("response")),
    )


def _dlt_criteria(dlt: Here) -> tuple[DltCriterion, ...]:
    """The criteria, read by a part that a file without any does not pay for."""
    written = dlt.at("criteria")
    if written is None or written.value() == []:
        return ()
    from rules.file.load_dlt import read_dlt_criteria

    return read_dlt_criteria(dlt)


def _response(here: Here | None) -> ResponseRule | None:
    """What counts as the response, read by a part that a file without it does not pay for."""
    if here is None:
        return None
    from rules.file.load_response import read_response

    return read_response(here)


def _sae_hours(safety: Here) -> int:
    """Hours from awareness to the report of a serious event; 0 where the file is silent."""
    safety.only(["sae_report_hours", "source"])
    return safety.whole("sae_report_hours", 1, 720)


def _apply(root: Here, assumptions: tuple[Assumption, ...]) -> None:
    """Write what the chosen readings set into the tree, before the sections are read."""
    for assumption in assumptions:
        for reading in assumption.readings:
            for path, value in reading.sets:
                section, _, name = path.partition(".")
                target = root.section(section).at(name)
                if target is None or not isinstance(target.node, yaml.ScalarNode):
                    here = Here(root.node, f"assumption {assumption.id}", root.mistakes)
                    here.line = assumption.line
                    here.wrong(f"`{path}` is not in the file", "Name a field like window.extra_days")
                elif reading.name == assumption.chosen:
                    target.node.value = value


def _identity(here: Here) -> Identity:
    here.only(
        ["id", "version", "title", "zone", "target_subjects", "source"],
        ["sponsor_id", "sponsor", "site", "started"],
    )
    return Identity(
        id=here.text("id"),
        sponsor_id=here.text("sponsor_id"),
        version=here.text("version", fix='Put it in quotes: "1.0"'),
        title=said(here, "title"),
        sponsor=here.text("sponsor"),
        site=here.text("site"),
        zone=_zone(here),
        started=here.day("started"),
        target_subjects=here.whole("target_subjects", 1, 100_000, 1),
        source=here.text("source"),
    )


def _zone(here: Here) -> str:
    name, place = here.text("zone", "UTC"), here.at("zone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        (place or here).wrong(f"`{name}` is no time zone", "Write an IANA name like Asia/Shanghai")
    return name


def _code(here: Here) -> str:
    here.only(["code", "source"])
    here.text("source")
    code, place = here.text("code"), here.at("code")
    if place and code and not PATTERN.fullmatch(code):
        place.wrong(
            f"`{code[:40]}` is no subject code", "Write letters, -, and one {number:3}: CD7-{number:3}"
        )
    return code
