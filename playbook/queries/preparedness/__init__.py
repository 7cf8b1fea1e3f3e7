"""Reads about playbooks and the directory."""
