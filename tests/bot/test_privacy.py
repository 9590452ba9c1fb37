"""What seems to identify a person is not kept; what the trial needs is never refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.access import ROLES
from bot.commands import COMMANDS
from bot.commands.adverse import COMMON_TERMS
from bot.commands.protocol import TOPICS
from bot.privacy import seems_personal
from bot.words import LANGUAGES, plain, texts
from rules.events import LEAVING
from tests.bot.study import INV, STRANGER, Study, code, infused, shipped, study_in
from tests.bot.test_times import READ

PERSONAL = [
    # resident identity numbers of China
    "11010519491231002X", "11010519491231002x", "id 440524188001010014 no: 440524198001010014",
    "身份证110105194912310021", "/ae 1 fever 34052419800101001X",
    # mobiles and telephones
    "13812345678", "call 138-1234-5678", "+86 138 1234 5678", "8613812345678", "电话13912345678",
    "010-12345678",
    "0551-62345678", "+44 20 7946 0958", "+1 202-555-0143", "手机 19912345678",
    # e-mail
    "li.wei@example.com", "reason: ask wang_fang@hospital.org.cn", "a+b@x.co",
    # names with what labels them
    "patient name Li Wei", "Patient Name: Zhang", "her name is Wang Fang", "姓名：王芳", "姓名 李伟",
    "名叫张三",
    "王女士", "李先生", "Mr Smith had a fever", "Mrs. Jones", "Ms Lee",
    # dates of birth and numbers of records
    "date of birth 1980-01-01", "DOB 1/1/1980", "born on 3 May 1970", "born in 1970", "出生 1970年3月5日",
    "生日3月5日",
    "MRN 1234567", "mrn:99", "medical record 887766", "住院号 00123456", "病历号：778899", "hospital no 4711",
    "passport E12345678", "护照 E12345678",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_what_identifies_a_person_is_recognised(text: str) -> None:
    assert seems_personal(text)


def examples() -> list[str]:
    """A line of every command as people type it, with every kind of value."""
    times = ["now", "", *READ]
    doses = [
        "0.25e8",
        "1e8",
        "2e8",
        "1×10^8",
        "1x10⁸",
        "25000000",
        "100000000",
        "200000000",
        "2.5e7",
        "1.05e8",
    ]
    codes = ["CD7-001", "cd7-18", "001", "1", "999"]
    lines = [f"/{name}" for command in COMMANDS for name in (command.name, *command.aliases)]
    lines += [f"/new {when}" for when in times]
    for step in ("apheresis", "lymphodepletion", "screen"):
        lines += [f"/{step} {subject} {when}" for subject in codes for when in times]
    lines += [f"/dose {s} {cells} {when}" for s in codes for cells in doses for when in times]
    terms = [texts(language)[f"term.{name}"] for name in COMMON_TERMS for language in LANGUAGES]
    terms += ["fever", "发热", "Alanine aminotransferase increased", "Platelet count decreased",
    "Blood bilirubin increased",
              "Multi-organ failure", "Hypotension", "低血压", "Capillary leak syndrome", "Nausea",
              "Stroke"]  # fmt: skip
    lines += [
        f"/ae {s} {term} {g} {when}" for s in codes for term in terms for g in "12345" for when in times
    ]
    lines += [
        f"/dlt CD7-001 {n} {verdict}" for n in range(1, 400) for verdict in ("dlt", "not_dlt", "DLT", "非DLT")
    ]
    lines += [f"/correct {n}" for n in range(1, 400)]
    lines += [f"/withdraw 1 {leaving} {when}" for leaving in LEAVING for when in times]
    lines += [f"/withdraw 1 {texts(x)[f'leaving.{leaving}']}" for leaving in LEAVING for x in LANGUAGES]
    lines += [f"/protocol {topic}" for topic in TOPICS] + [f"/protocol {c.id}" for c in shipped().clauses]
    lines += [
        f"/start {'Ab1-_xyZ' * 3}",
        "/language zh",
        "/zone Europe/Berlin",
        "/people P12",
        "/snooze CD7-001",
    ]
    lines += [f"/deviation 1 {cells} {when} other" for cells in doses for when in times]
    return lines


def answers() -> list[str]:
    """What answers a question."""
    values = ["45", "45 years", "45 @ 2026-03-01 10:00", "45 岁", "yes", "no", "unclear", "是", "否",
    "不清楚", "negative",
              "阴性", "G3", "grade 3", "3级", "38.5 degC", "1.2 mg/dL", "150 10^9/L",
              "5.6 mmol/L @ 昨天 14:30"]  # fmt: skip
    reasons = [
        plain(texts(x)[f"reason.{name}"]) for name in ("typing", "source", "subject") for x in LANGUAGES
    ]
    return [
        *values,
        *reasons,
        *READ,
        *ROLES,
        "+28d",
        "+3h",
        "#3",
        "/cancel",
        "hello",
        "你好",
        "what next?",
        "下一步？",
    ]


def test_no_command_and_no_answer_is_taken_for_something_personal() -> None:
    lines = examples() + answers()
    assert len(lines) > 3000
    assert [line for line in lines if seems_personal(line)] == []


def test_none_of_our_own_buttons_and_texts_is_refused_when_typed_back() -> None:
    labels = [plain(text) for x in LANGUAGES for key, text in texts(x).items() if key.startswith(("choice.", "term.", "answer.", "leaving.", "reason.", "field.", "deviation."))]  # fmt: skip  # noqa: E501
    labels += [fact.asks.in_(x) for fact in shipped().facts for x in LANGUAGES]
    assert [label for label in labels if seems_personal(label)] == []


@pytest.mark.parametrize("text", PERSONAL[:8])
async def test_a_personal_message_is_answered_with_one_line_and_kept_nowhere(
    tmp_path: Path, text: str
) -> None:
    async with study_in(tmp_path / "study.sqlite") as study:
        await study.put(*infused(1, study.clock.now))
        heard = await study.say(INV, text)
        assert "Not kept" in heard
        assert text not in heard
        await study.say(INV, "/correct 1")
        await study.press(INV, "The whole entry is wrong: void it")
        assert "Not kept" in await study.say(INV, text)
        assert "Not kept" not in await study.say(STRANGER, text)
    kept = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert text.encode() not in kept


async def test_after_a_personal_answer_the_question_is_still_open(study: Study) -> None:
    await study.put(*infused(1, study.clock.now))
    await study.say(INV, f"/ae {code(1)}")
    await study.say(INV, "Mr Smith had a fever")
    assert "grade" in (await study.say(INV, "Fever")).text


@pytest.mark.parametrize("text", ["MRN 1234567", "13812345678", "患者王小明"])
async def test_a_personal_message_is_taken_away_or_asked_to_be(study: Study, text: str) -> None:
    heard = await study.say(INV, text, message_id=33)
    first = heard.payloads[0]
    assert first["delete"] == 33
    assert "could not delete" in plain(first["otherwise"])
    assert "subject code only" in heard


@pytest.mark.parametrize("typed", ["wang fang", "王芳", "黄蓉蓉"])
async def test_a_bare_name_is_no_term_and_no_reason(study: Study, typed: str) -> None:
    await study.put(*infused(1, study.clock.now))
    await study.say(INV, f"/ae {code(1)}")
    assert "Not kept" in await study.say(INV, typed)
    await study.say(INV, "/correct 1")
    await study.press(INV, "The whole entry is wrong: void it")
    heard = await study.say(INV, typed)
    assert "Not kept" in heard
    assert "✓ Record" not in heard.buttons
