"""Pure numbers: the rule language, indicators, fills, figures and the verdict. No I/O, no framework."""
