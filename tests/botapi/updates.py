"""Methods about updates: long polling with offsets and conflicts, and the webhook's settings."""

from __future__ import annotations

from typing import Any

from tests.botapi.calls import Call
from tests.botapi.entities import Refused
from tests.botapi.world import DEFAULT_OFF, World


async def get_updates(world: World, call: Call) -> list[dict[str, Any]]:
    """Updates from `offset` on; those before it are confirmed and forgotten."""
    if world.webhook:
        raise Refused(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    offset, limit = call.integer("offset"), min(max(call.integer("limit", 100), 1), 100)
    if call.json("allowed_updates") is not None:
        world.allowed = list(call.json("allowed_updates"))
    _confirm(world, offset)
    world.poll += 1
    mine = world.poll
    world.tell()
    try:
        await world.until(lambda: world.poll != mine or _due(world, offset), float(call.integer("timeout")))
    except TimeoutError:
        return []
    if world.poll != mine:
        raise Refused(
            409,
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running",
        )
    batch = _due(world, offset)[:limit]
    world.again -= {update["update_id"] for update in batch}
    return batch


def _due(world: World, offset: int) -> list[dict[str, Any]]:
    waiting = sorted(world.waiting.items())
    if offset < 0:
        return [update for _, update in waiting[offset:]]
    return [update for id_, update in waiting if id_ >= offset or id_ in world.again]


def _confirm(world: World, offset: int) -> None:
    if offset < 0:
        offset = next(iter(sorted(world.waiting)[offset:]), 0)
    confirmed = [id_ for id_ in world.waiting if id_ < offset and id_ not in world.again]
    if confirmed and world.on_confirm:
        world.on_confirm(offset)
    for id_ in confirmed:
        del world.waiting[id_]


def deliver(world: World, update: dict[str, Any]) -> int:
    """Make an update available; its number. What the bot did not ask for is not kept."""
    id_ = update.setdefault("update_id", next(world.update_ids))
    kind = next((name for name in update if name != "update_id"), "")
    wanted = kind in world.allowed if world.allowed else kind not in DEFAULT_OFF
    world.updates[id_] = update
    if wanted:
        world.waiting[id_] = update
    world.tell()
    return int(id_)


async def set_webhook(world: World, call: Call) -> bool:
    """Remember the address; webhook.py brings updates there."""
    if not call.text("url").startswith(("https://", "http://") if world.local else "https://"):
        raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    world.webhook, world.secret = call.text("url"), call.text("secret_token")
    if call.json("allowed_updates") is not None:
        world.allowed = list(call.json("allowed_updates"))
    world.tell()
    return True


async def delete_webhook(world: World, call: Call) -> bool:
    """Forget the address, and what waits if asked to."""
    world.webhook = ""
    if call.text("drop_pending_updates").lower() == "true":
        world.waiting.clear()
    return True


async def get_webhook_info(world: World, call: Call) -> dict[str, Any]:
    """The address and how many updates wait."""
    return {"url": world.webhook, "has_custom_certificate": False, "pending_update_count": len(world.waiting)}
