"""Tests of what time does: the table of ticks, the engine, its lock and its beat."""
