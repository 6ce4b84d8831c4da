"""A room: sweeps over a rule's parameters, and walk-forwards."""
