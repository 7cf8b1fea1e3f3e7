"""Reads about an incident under way."""
