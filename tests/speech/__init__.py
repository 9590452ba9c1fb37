"""What colleagues write and what must come of it."""
