"""A room: conditions that are watched, their firings and the deliveries of those."""
