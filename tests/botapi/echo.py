"""A bare echo bot, as python-telegram-bot's tutorial has it: what the library alone takes for an answer."""

from __future__ import annotations

import logging
import os

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Poll until killed."""
    logging.basicConfig(level=logging.WARNING)
    base = f"{os.environ['BOT_API_URL']}/bot"
    application = ApplicationBuilder().token(os.environ["BOT_TOKEN"]).base_url(base).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(allowed_updates=["message"])


if __name__ == "__main__":
    main()
