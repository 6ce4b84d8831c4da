"""A room: the present. Ticks become bars, prices go out to every browser over one WebSocket."""
