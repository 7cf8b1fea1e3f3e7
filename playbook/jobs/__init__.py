"""What time does: the table of ticks, the ticks, and the engine that runs them."""
