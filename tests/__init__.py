"""The test suite; run it from the project's root."""
