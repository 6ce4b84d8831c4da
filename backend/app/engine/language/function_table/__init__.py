"""The rows of the table of functions, by what they are about."""
