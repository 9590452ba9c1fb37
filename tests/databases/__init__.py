"""Real databases for tests: SQLite files, and a PostgreSQL that the tests start themselves."""
