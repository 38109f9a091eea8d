"""Tables, queries and the unit of work. SQLite and PostgreSQL behind the same functions; only this package commits."""
