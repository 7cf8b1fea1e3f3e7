"""What a build needs and a running service does not: front-end packages and compiled catalogues."""
