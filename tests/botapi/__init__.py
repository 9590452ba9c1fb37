"""A small Telegram Bot API on loopback: the documented JSON, people who type, and faults on demand."""
