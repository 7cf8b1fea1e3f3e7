"""A city's crisis playbooks: written, activated, called out, and followed up for years."""
