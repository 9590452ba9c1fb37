"""The record: one append-only table of events, and the queues in and out of the chat."""
