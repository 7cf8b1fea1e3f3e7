"""Use cases during an incident: activating, calling out, answering, deciding."""
