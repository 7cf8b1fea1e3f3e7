"""Tables of what a city prepares: playbooks and the directory."""
