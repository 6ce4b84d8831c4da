"""A room: runs and reports."""
