"""The HTTP interface's versions."""
