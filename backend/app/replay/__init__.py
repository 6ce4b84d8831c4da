"""A room: the past as if it happened now, with no bar of its future in reach."""
