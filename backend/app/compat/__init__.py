"""A room: a read-only façade in Twelve Data's shapes over what is stored."""
