"""Corrections: held to the rules of the original entry, and never taking the ground from other entries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from rules import events as e
from rules.escalation import decide
from rules.trial import corrected
from tests.bot.study import INV, PI, RECORD, START, Heard, Study, cleared, code, infused, ready, shipped

DAY = timedelta(days=1)
S = code(4)
OPENED = START + 30 * DAY
DOSED_AT = START + 38 * DAY
LEVEL_2 = [
    *cleared((1, 2, 3), START),
    e.LevelOpened(2, 3, "escalate", OPENED),
    *ready(4, OPENED + DAY, level=2),
    e.Infused(S, 2, 1e8, True, DOSED_AT),
]
DOSE = len(LEVEL_2)
DEPLETED, COLLECTED, PLACE = DOSE - 1, DOSE - 2, DOSE - 3
CONSENT = next(n for n, x in enumerate(LEVEL_2, 1) if isinstance(x, e.Consented) and x.subject == S)
AGE = CONSENT + 1
EVENT = e.AdverseEventReported(S, "Fever", 3, DOSED_AT + DAY)
RULING = e.DltConfirmed(S, DOSE + 1, DOSED_AT + DAY)


async def asked(study: Study, user: int, number: int, *said: str, record: list[Any] | None = None) -> Heard:
    """Put the record, and go through a correction to its card or its refusal."""
    if record is not None:
        await study.put(*record)
        study.clock.now = max(x.at for x in record) + 2 * DAY
    heard = await study.say(user, f"/correct #{number}")
    for text in (*said, "Typing error"):
        heard = await (study.press(user, text) if text in heard.buttons else study.say(user, text))
    return heard


def on(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


VOID = "The whole entry is wrong: void it"


# ------------------------------------------------------------------ the rules of the original entry
@pytest.mark.parametrize(
    ("number", "field", "value", "why"),
    [
        (DOSE, "dose", "2e8", "2×10⁸ is the dose of level 3"),
        (DOSE, "dose", "1.5e8", "above the planned 1×10⁸"),
        (DOSE, "dose", "1e5", "less than a hundredth"),
        (DOSE, "time", on(OPENED), "It cannot be before Lymphodepletion"),
        (DOSE, "time", on(START - 30 * DAY), "It cannot be before"),
        (DOSE, "time", on(OPENED - 2 * DAY), "were complete on Tue 2026-03-31 00:00"),
        (DOSE, "time", on(OPENED - timedelta(hours=1)), "was signed on"),
        (DEPLETED, "time", on(DOSED_AT + timedelta(hours=1)), "It cannot be after Infusion"),
        (DEPLETED, "time", on(OPENED), "It cannot be before Apheresis"),
        (COLLECTED, "time", on(DOSED_AT), "It cannot be after Lymphodepletion"),
        (CONSENT, "time", on(DOSED_AT), "It cannot be after Lymphodepletion"),
    ],
)
async def test_a_correction_that_breaks_a_rule_of_its_entry_is_refused_with_the_reason(
    study: Study, number: int, field: str, value: str, why: str
) -> None:
    heard = await asked(study, INV, number, field, value, record=LEVEL_2)
    assert "Refused" in heard
    assert not heard.yes
    assert "principal investigator decides" in heard
    assert why in heard, heard.text
    assert await study.events() == LEVEL_2


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        (DOSE, "dose", "0.95e8"),
        (DOSE, "dose", "0.5e8"),
        (DOSE, "time", on(DOSED_AT - timedelta(hours=3))),
        (DOSE, "time", on(DOSED_AT + timedelta(hours=3))),
        (DEPLETED, "time", on(OPENED + 3 * DAY)),
        (CONSENT, "time", on(OPENED + timedelta(hours=20))),
    ],
)
async def test_a_correction_within_the_rules_is_recorded(
    study: Study, number: int, field: str, value: str
) -> None:
    heard = await asked(study, INV, number, field, value, record=LEVEL_2)
    assert heard.yes, heard.text
    assert "Deviation" not in heard
    await study.press(INV, RECORD)
    assert len(await study.events()) == DOSE + 1


async def test_a_dose_of_an_earlier_level_can_still_be_corrected_after_the_next_level_was_signed(
    study: Study,
) -> None:
    first = next(n for n, x in enumerate(LEVEL_2, 1) if isinstance(x, e.Infused))
    heard = await asked(study, INV, first, "time", on(START + timedelta(hours=2)), record=LEVEL_2)
    assert heard.yes, heard.text


@pytest.mark.parametrize("user", [INV, PI])
@pytest.mark.parametrize(
    ("event", "at", "why"),
    [
        (EVENT, OPENED, "It cannot be before Consent"),
        (e.Withdrawn(S, "lost", DOSED_AT + DAY), DOSED_AT - DAY, "It cannot be before Infusion"),
    ],
)
async def test_nobody_moves_an_onset_before_the_consent_or_a_leaving_before_the_infusion(
    study: Study, user: int, event: Any, at: Any, why: str
) -> None:
    heard = await asked(study, user, DOSE + 1, "time", on(at), record=[*LEVEL_2, event])
    assert why in heard, heard.text
    assert not heard.yes


async def test_not_even_the_principal_investigator_moves_a_dose_before_the_consent(study: Study) -> None:
    heard = await asked(study, PI, DOSE, "time", on(START - DAY), record=LEVEL_2)
    assert "Refused" in heard
    assert not heard.yes


# ------------------------------------------------------------------ a deviation that is true
async def test_the_principal_investigator_records_another_dose_as_a_deviation(study: Study) -> None:
    heard = await asked(study, PI, DOSE, "dose", "2e8", record=LEVEL_2)
    assert "Deviation: the rules refuse this." in heard, heard.text
    assert "2×10⁸ is the dose of level 3" in heard
    assert "Enrolment stops until the safety review decides" in heard
    assert f"#{DOSE} reads now: {S}: infused 1×10⁸ cells at level 2" in heard
    assert f"#{DOSE} will read: {S}: deviation – infused 2×10⁸ cells at level 3" in heard
    await study.press(PI, RECORD)
    trial = await study.dispatcher.trial()
    subject = trial.subject(S)
    assert subject is not None
    assert subject.infusion == e.Infused(S, 3, 2e8, True, subject.infusion.at, "wrong_dose")  # type: ignore[union-attr]
    assert decide(shipped(), trial, study.clock.now).action in ("refer", "hold")


async def test_the_principal_investigator_records_a_dose_before_the_signature_as_a_deviation(
    study: Study,
) -> None:
    record = [
        *cleared((1, 2, 3), START),
        e.LevelOpened(2, 3, "escalate", OPENED),
        *ready(4, OPENED - timedelta(hours=2), level=2),
        e.Infused(S, 2, 1e8, True, DOSED_AT),
    ]
    heard = await asked(study, PI, DOSE, "time", on(OPENED - timedelta(hours=1)), record=record)
    assert "Deviation: the rules refuse this." in heard, heard.text
    assert "was signed on" in heard
    assert "infused 1×10⁸ cells at level 2, Wed 2026-04-01 08:00 (the level was not open)" in heard
    await study.press(PI, RECORD)
    subject = (await study.dispatcher.trial()).subject(S)
    assert subject is not None and subject.infusion is not None
    assert subject.infusion.deviation == "level_closed"


async def test_what_was_a_deviation_is_set_right_by_a_second_correction(study: Study) -> None:
    await asked(study, PI, DOSE, "dose", "2e8", record=LEVEL_2)
    await study.press(PI, RECORD)
    heard = await asked(study, INV, len(await study.events()), "dose", "1e8")
    assert "will read: CD7-004: infused 1×10⁸ cells at level 2 (planned 1×10⁸)" in heard, heard.text
    await study.press(INV, RECORD)
    subject = (await study.dispatcher.trial()).subject(S)
    assert subject is not None and subject.infusion is not None
    assert (subject.infusion.level, subject.infusion.full, subject.infusion.deviation) == (2, True, "")


# ------------------------------------------------------------------ what rests on an entry
ASSESSED = e.WindowAssessed(S, DOSED_AT + 30 * DAY)
ON_DOSE = [(DOSE, (EVENT, RULING), (DOSE + 2,)), (DOSE, (ASSESSED,), (DOSE + 1,))]


@pytest.mark.parametrize("user", [INV, PI])
@pytest.mark.parametrize(
    ("number", "more", "rests"),
    [
        *ON_DOSE,
        (DOSE + 1, (EVENT, RULING), (DOSE + 2,)),
        (PLACE, (), (DOSE,)),
        (COLLECTED, (), (DOSE,)),
        (DEPLETED, (), (DOSE,)),
        (CONSENT, (EVENT,), tuple(range(DOSE + 1, CONSENT, -1))),
    ],
)
async def test_a_void_is_refused_with_the_entries_that_rest_on_it_newest_first(
    study: Study, user: int, number: int, more: tuple[Any, ...], rests: tuple[int, ...]
) -> None:
    heard = await asked(study, user, number, VOID, record=[*LEVEL_2, *more])
    assert "Refused" in heard, heard.text
    assert not heard.yes
    assert f"in this order: {', '.join(f'#{n}' for n in rests)}." in heard
    assert f"/correct {rests[0]}" in heard.buttons.values()


async def test_once_what_rested_on_it_is_void_the_entry_can_be_void_too(study: Study) -> None:
    for number in (DOSE + 2, DOSE + 1, DOSE, DEPLETED):
        heard = await asked(
            study, INV, number, VOID, record=[*LEVEL_2, EVENT, RULING] if number == DOSE + 2 else None
        )
        assert heard.yes, heard.text
        assert f"#{number} becomes void: {S}" in heard
        await study.press(INV, RECORD)
    subject = (await study.dispatcher.trial()).subject(S)
    assert subject is not None
    assert (subject.infusion, subject.lymphodepletion, subject.adverse_events) == (None, None, {})


@pytest.mark.parametrize(
    ("number", "value", "more"),
    [
        (DOSE, DOSED_AT + 2 * DAY, (EVENT, RULING)),
        (DOSE, DOSED_AT + 3 * DAY, (ASSESSED,)),
        (DOSE + 1, DOSED_AT + timedelta(hours=5), (EVENT, RULING)),
    ],
)
async def test_an_instant_on_which_a_ruling_or_an_assessment_rests_is_not_moved_away_under_it(
    study: Study, number: int, value: Any, more: tuple[Any, ...]
) -> None:
    record = [*LEVEL_2, *more]
    heard = await asked(study, INV, number, "time", on(value), record=record)
    assert f"in this order: #{len(record)}." in heard, heard.text
    assert not heard.yes


async def test_the_void_of_a_signed_steps_correction_is_the_principal_investigators(study: Study) -> None:
    opened = next(n for n, x in enumerate(LEVEL_2, 1) if isinstance(x, e.LevelOpened))
    await study.put(*LEVEL_2[:opened], e.Corrected(opened, (), "too early", OPENED))
    study.clock.now = OPENED + DAY
    assert "principal investigator only" in await study.say(INV, f"/correct {opened + 1}")


# ------------------------------------------------------------------ what the card shows
async def test_the_card_shows_what_it_reads_now_and_what_it_will_read(study: Study) -> None:
    heard = await asked(study, INV, DOSE, "dose", "0.5e8", record=LEVEL_2)
    assert f"#{DOSE} reads now: {S}: infused 1×10⁸ cells at level 2 (planned 1×10⁸), " in heard
    assert f"#{DOSE} will read: {S}: infused 0.5×10⁸ cells at level 2 (planned 1×10⁸): not given in" in heard


@pytest.mark.parametrize(
    ("user", "said"), [(INV, ("剂量", "0.5e8", "输入错误")), (PI, ("剂量", "2e8", "输入错误"))]
)
async def test_the_card_shows_both_readings_in_chinese(
    study: Study, user: int, said: tuple[str, ...]
) -> None:
    await study.put(*LEVEL_2)
    study.clock.now = DOSED_AT + DAY
    await study.say(user, "/language zh")
    await study.say(user, f"/correct {DOSE}")
    for text in said:
        heard = await (study.press(user, text) if text in study.last[user].buttons else study.say(user, text))
    assert f"#{DOSE} 目前为：" in heard
    assert f"#{DOSE} 更正后为：" in heard
    assert not re.search(r"[a-z]{2,}", heard.text), heard.text


async def test_the_void_of_a_correction_shows_what_stands_again(study: Study) -> None:
    change = e.Corrected(DOSE, (("cells", "5e7"), ("full", "false")), "typing", DOSED_AT + DAY)
    heard = await asked(study, INV, DOSE + 1, VOID, record=[*LEVEL_2, change])
    assert f"#{DOSE} will read: {S}: infused 1×10⁸ cells at level 2" in heard, heard.text


# ------------------------------------------------------------------ who is no longer eligible
async def test_the_card_tells_that_a_dosed_subject_no_longer_meets_a_criterion(study: Study) -> None:
    heard = await asked(study, INV, AGE, "answer", "15", record=LEVEL_2)
    assert f"{S} was confirmed eligible and dosed; with this a criterion is no longer met: " in heard
    await study.press(INV, RECORD)
    assert "15" in [x.event.value for x in corrected((await study.dispatcher.trial()).log)
                    if isinstance(x.event, e.Answered)]  # fmt: skip


async def test_the_card_tells_that_a_subject_with_a_place_no_longer_meets_a_criterion(study: Study) -> None:
    heard = await asked(study, INV, AGE, "answer", "15", record=LEVEL_2[:PLACE])
    assert f"{S} was confirmed eligible; with this a criterion is no longer met: " in heard


async def test_a_correction_that_costs_no_criterion_says_nothing_of_eligibility(study: Study) -> None:
    heard = await asked(study, INV, AGE, "answer", "46", record=LEVEL_2)
    assert heard.yes
    assert "confirmed eligible" not in heard


async def test_infusions_of_a_first_cohort_are_corrected_like_any_other(study: Study) -> None:
    record = infused(1, START)
    heard = await asked(study, INV, len(record), "dose", "1e8", record=record)
    assert "1×10⁸ is the dose of level 2" in heard


async def test_a_value_for_an_entry_that_somebody_took_out_meanwhile_asks_for_the_entry(study: Study) -> None:
    await study.put(*LEVEL_2)
    study.clock.now = DOSED_AT + DAY
    await study.say(INV, f"/correct #{AGE}")
    await study.say(INV, "value")
    await study.say(PI, f"/correct #{AGE}")
    await study.press(PI, VOID)
    await study.record(PI, "Entered twice")
    heard = await study.say(INV, "46")
    assert "entry" in heard.text and not heard.yes
    assert not [x for x in await study.events() if isinstance(x, e.Corrected) and x.changes]
