"""A room: saved rules and their versions."""
