"""Screens: one blueprint package per area."""
