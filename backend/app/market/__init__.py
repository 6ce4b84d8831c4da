"""The market room: instruments, their bars and splits, imports, calendars."""
