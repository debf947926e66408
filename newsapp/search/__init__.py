"""Search: what readers' words find, on SQLite and PostgreSQL alike."""
