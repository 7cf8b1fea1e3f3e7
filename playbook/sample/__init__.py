"""Port Harmony, a city that does not exist: people for trying the service out.

Every phone is from the ranges that Ofcom reserves for fiction, every address ends in example.org;
nobody can be reached by any of them.
"""
