"""The whole bot against a plain table of the rules: a state machine over messages, and garbage."""
