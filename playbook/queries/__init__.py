"""What pages, exports and reports read; nothing here writes."""
