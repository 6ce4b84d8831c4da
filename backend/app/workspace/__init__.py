"""A room: what somebody arranges for himself. Watchlists, drawings, chart layouts."""
