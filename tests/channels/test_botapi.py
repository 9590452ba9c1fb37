"""The loopback Bot API answers as the documented one does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram

from tests.botapi.entities import Refused, parse
from tests.botapi.server import Server

HTML_MISTAKES = ["<b>open", "</b>", "<b><i>x</b></i>", "dose < 3", "<div>x</div>", "a <"]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{server.token}/", timeout=60) as client:
        yield client


async def ask(http: httpx.AsyncClient, method: str, **params: Any) -> Any:
    answer = (await http.post(method, json=params)).json()
    return answer["result"] if answer["ok"] else (answer["error_code"], answer["description"])


async def test_a_wrong_token_is_unauthorized_and_an_unknown_method_not_found(server: Server) -> None:
    async with httpx.AsyncClient() as http:
        wrong = await http.get(f"{server.url}/bot1:wrong/getMe")
        unknown = await http.get(f"{server.url}/bot{server.token}/getTea")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert (unknown.status_code, unknown.json()) == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )


async def test_methods_are_found_in_any_case_and_by_query_form_or_json(
    server: Server, http: httpx.AsyncClient
) -> None:
    server.user(7)
    assert (await ask(http, "GETME"))["is_bot"] is True
    for sent in (
        await http.get("sendMessage", params={"chat_id": 7, "text": "one"}),
        await http.post("sendMessage", data={"chat_id": "7", "text": "two"}),
        await http.post("sendMessage", json={"chat_id": 7, "text": "three"}),
    ):
        assert sent.json()["ok"] is True
    assert [message.text for message in server.messages] == ["one", "two", "three"]
    assert server.calls["sendMessage"] == 3


async def test_updates_wait_until_an_offset_confirms_them(server: Server, http: httpx.AsyncClient) -> None:
    person = server.user(7)
    first, second = person.say("one"), person.say("two")
    assert [u["update_id"] for u in await ask(http, "getUpdates")] == [first, second]
    assert [u["update_id"] for u in await ask(http, "getUpdates", limit=1)] == [first]
    assert [u["update_id"] for u in await ask(http, "getUpdates", offset=second)] == [second]
    assert [u["update_id"] for u in await ask(http, "getUpdates")] == [second]
    assert await ask(http, "getUpdates", offset=second + 1) == []
    assert await ask(http, "getUpdates") == []


async def test_a_negative_offset_forgets_all_but_the_last(server: Server, http: httpx.AsyncClient) -> None:
    person = server.user(7)
    last = [person.say(word) for word in ("one", "two", "three")][-1]
    assert [u["update_id"] for u in await ask(http, "getUpdates", offset=-1)] == [last]
    assert [u["update_id"] for u in await ask(http, "getUpdates")] == [last]


async def test_a_long_poll_is_answered_when_something_is_said(
    server: Server, http: httpx.AsyncClient
) -> None:
    poll = asyncio.create_task(ask(http, "getUpdates", timeout=50))
    await server.until(lambda: server.calls["getUpdates"])
    update = server.user(7).say("good morning")
    [got] = await poll
    assert (got["update_id"], got["message"]["text"]) == (update, "good morning")


async def test_a_second_poller_ends_the_first_with_a_conflict(
    server: Server, http: httpx.AsyncClient
) -> None:
    first = asyncio.create_task(ask(http, "getUpdates", timeout=50))
    await server.until(lambda: server.world.poll == 1)
    assert await ask(http, "getUpdates") == []
    code, description = await first
    assert (code, description.split(";")[0]) == (409, "Conflict: terminated by other getUpdates request")


async def test_a_webhook_and_polling_exclude_each_other(server: Server, http: httpx.AsyncClient) -> None:
    assert await ask(http, "setWebhook", url="https://example.org/hook") is True
    assert (await ask(http, "getWebhookInfo"))["url"] == "https://example.org/hook"
    code, description = await ask(http, "getUpdates")
    assert code == 409 and "webhook is active" in description
    assert await ask(http, "deleteWebhook") is True
    assert await ask(http, "getUpdates") == []


async def test_only_the_updates_asked_for_are_kept(server: Server, http: httpx.AsyncClient) -> None:
    await ask(http, "getUpdates", allowed_updates=["callback_query"])
    server.user(7).say("not wanted")
    wanted = server.send_raw({"callback_query": {"id": "1"}})
    assert [u["update_id"] for u in await ask(http, "getUpdates")] == [wanted]


async def test_an_update_can_come_again_after_it_was_confirmed(
    server: Server, http: httpx.AsyncClient
) -> None:
    update = server.user(7).say("once")
    await ask(http, "getUpdates", offset=update + 1)
    server.redeliver(update)
    assert [u["update_id"] for u in await ask(http, "getUpdates", offset=update + 1)] == [update]
    assert await ask(http, "getUpdates", offset=update + 1) == []


@pytest.mark.parametrize("html", HTML_MISTAKES)
async def test_html_mistakes_are_refused(server: Server, http: httpx.AsyncClient, html: str) -> None:
    server.user(7)
    code, description = await ask(http, "sendMessage", chat_id=7, text=html, parse_mode="HTML")
    assert code == 400 and description.startswith("Bad Request: can't parse entities")
    assert (await ask(http, "sendMessage", chat_id=7, text=html))["text"] == html


def test_html_becomes_text_and_entities_counted_in_utf_16() -> None:
    text, entities = parse(" \U0001f600 <b>3 &lt; <i>4</i></b> &amp; <code>x</code>&nbsp; ")
    assert text == "\U0001f600 3 < 4 & x&nbsp;"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("bold", 3, 5),
        ("italic", 7, 1),
        ("code", 11, 1),
    ]
    with pytest.raises(Refused, match="byte offset 5"):
        parse("\U0001f600 <x>")


@pytest.mark.parametrize(
    ("params", "because"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "x", "chat_id": 8}, "chat not found"),
        ({"text": "x", "chat_id": "me"}, "parameter chat_id must be an integer"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
    ],
)
async def test_a_message_that_telegram_would_refuse(
    server: Server, http: httpx.AsyncClient, params: dict[str, Any], because: str
) -> None:
    server.user(7)
    assert await ask(http, "sendMessage", **{"chat_id": 7, **params}) == (400, f"Bad Request: {because}")
    assert server.messages == []


async def test_the_longest_message_is_counted_after_entities(server: Server, http: httpx.AsyncClient) -> None:
    server.user(7)
    sent = await ask(http, "sendMessage", chat_id=7, text=f"<b>{'&lt;' * 4096}</b>", parse_mode="HTML")
    assert sent["text"] == "<" * 4096


@pytest.mark.parametrize(
    ("data", "fits"), [("", False), ("x" * 64, True), ("x" * 65, False), ("剂" * 22, False)]
)
async def test_button_data_is_1_to_64_bytes(
    server: Server, http: httpx.AsyncClient, data: str, fits: bool
) -> None:
    server.user(7)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": data}]]}
    sent = await ask(http, "sendMessage", chat_id=7, text="?", reply_markup=keyboard)
    assert (sent != (400, "Bad Request: BUTTON_DATA_INVALID")) is fits


async def test_who_blocked_the_bot_gets_nothing(server: Server, http: httpx.AsyncClient) -> None:
    server.user(7).block()
    assert await ask(http, "sendMessage", chat_id=7, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )


async def test_a_press_names_its_message_and_is_answered_once_known(
    server: Server, http: httpx.AsyncClient
) -> None:
    person = server.user(7)
    keyboard = {"inline_keyboard": [[{"text": "Yes, record it", "callback_data": "ok:1"}]]}
    sent = await ask(http, "sendMessage", chat_id=7, text="?", reply_markup=keyboard)
    person.press("record")
    [update] = await ask(http, "getUpdates")
    query = update["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("ok:1", sent["message_id"])
    assert await ask(http, "answerCallbackQuery", callback_query_id=query["id"]) is True
    assert (await ask(http, "answerCallbackQuery", callback_query_id="1"))[0] == 400
    with pytest.raises(AssertionError, match="no button"):
        person.press("No")


async def test_buttons_can_be_taken_away_but_not_twice(server: Server, http: httpx.AsyncClient) -> None:
    person = server.user(7)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = await ask(http, "sendMessage", chat_id=7, text="?", reply_markup=keyboard)
    where = {"chat_id": 7, "message_id": sent["message_id"]}
    assert "reply_markup" not in await ask(http, "editMessageReplyMarkup", **where)
    code, description = await ask(http, "editMessageReplyMarkup", **where)
    assert code == 400 and "message is not modified" in description
    assert (await ask(http, "editMessageText", **where, text="done"))["text"] == "done"
    assert (await ask(http, "editMessageText", chat_id=7, message_id=999, text="x"))[1].endswith(
        "edit not found"
    )
    message = await person.next_reply()
    assert (message.buttons, message.offered, message.edits) == ([], [[("Yes", "y")]], 2)
    person.press("Yes", on=message)
    assert await ask(http, "deleteMessage", **where) is True and person.history == []


async def test_menus_are_kept_by_scope_and_language(server: Server, http: httpx.AsyncClient) -> None:
    menu = [{"command": "next", "description": "下一步"}]
    scope = {"type": "all_private_chats"}
    assert await ask(http, "setMyCommands", commands=menu, scope=scope, language_code="zh") is True
    assert await ask(http, "getMyCommands", scope=json.dumps(scope), language_code="zh") == menu
    assert await ask(http, "getMyCommands") == []
    assert (await ask(http, "setMyCommands", commands=[{"command": "Next", "description": "x"}]))[0] == 400


@pytest.mark.parametrize("kind", ["flood", "broken", "lying", "garbage", "cut", "hang"])
async def test_a_fault_strikes_as_often_as_wanted_and_then_no_more(
    server: Server, http: httpx.AsyncClient, kind: str
) -> None:
    server.user(7)
    server.next_calls(1, kind, method="sendMessage", chat=7, seconds=0 if kind == "hang" else 2)
    struck: Any
    try:
        answer = await http.post("sendMessage", json={"chat_id": 7, "text": "one"})
        struck = (answer.status_code, answer.content)
    except httpx.RemoteProtocolError:
        struck = "broken off"
    if kind in ("cut", "hang"):
        assert struck == "broken off"
    elif kind == "flood":
        assert struck[0] == 429 and json.loads(struck[1])["parameters"] == {"retry_after": 2}
    else:
        assert struck[0] == (500 if kind == "broken" else 200)
        assert kind == "garbage" or json.loads(struck[1])["ok"] is False
    assert (await ask(http, "sendMessage", chat_id=7, text="two"))["text"] == "two"
    assert [message.text for message in server.messages] == ["two"]


async def test_a_call_can_be_obeyed_and_its_answer_lost(server: Server, http: httpx.AsyncClient) -> None:
    server.user(7)
    server.next_calls(1, "cut", method="sendMessage", done=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post("sendMessage", json={"chat_id": 7, "text": "one"})
    assert [message.text for message in server.messages] == ["one"]


async def test_the_library_understands_what_the_server_says(server: Server) -> None:
    person = server.user(7, "zh-hans")
    async with telegram.Bot(server.token, base_url=f"{server.url}/bot") as bot:
        keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("是", callback_data="y")]])
        await bot.send_message(7, "<b>剂量</b> 1", parse_mode="HTML", reply_markup=keyboard)
        file = telegram.InputFile(b"code,dose\r\n\r\nCD7-001,1\n", filename="表 1.csv")
        await bot.send_document(7, file, caption="the table")
        await bot.send_photo(7, b"\x89PNG\r\n\x00\xff", caption="the board")
        person.say("/help")
        person.say_edited("/next")
        person.say_forwarded("hello")
        person.say_in_group("hello")
        person.press("是")
        for kind in ("photo", "voice", "sticker", "contact", "document", "location"):
            person.send(kind)
        updates = await bot.get_updates()
    assert len(updates) == 11 and updates[0].message and updates[0].message.text == "/help"
    words, file_, photo = await person.replies(3)
    assert (words.text, words.entities) == ("剂量 1", [{"type": "bold", "offset": 0, "length": 2}])
    assert file_.document == ("表 1.csv", b"code,dose\r\n\r\nCD7-001,1\n")
    assert photo.photo == b"\x89PNG\r\n\x00\xff"
