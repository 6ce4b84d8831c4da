"""The room's tables on the main database."""
