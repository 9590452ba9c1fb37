"""The conversation: messages in, replies out, one dispatcher between them and the record."""
