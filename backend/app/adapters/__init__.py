"""One file for each provider outside; each implements a Protocol that a room declares in its ports."""
