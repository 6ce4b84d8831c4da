"""How orders become fills: the arithmetic of a single fill, and the compiled loops that walk the bars."""
