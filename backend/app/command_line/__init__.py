"""What the `flowrex` commands share, and the commands of rooms that have several."""
