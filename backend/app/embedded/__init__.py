"""The embedded stack of `make run`: two PostgreSQL servers, one Valkey, and the supervisor over them."""
