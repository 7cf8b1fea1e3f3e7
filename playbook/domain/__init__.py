"""The city's doctrine: pure rules that take facts and `now` and return decisions."""
