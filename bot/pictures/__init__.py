"""Pictures: a letter's plain data -> PNG."""
