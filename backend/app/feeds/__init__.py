"""A room: where history comes from. Provider links, symbol search, back-fill, the credit meter, holes."""
