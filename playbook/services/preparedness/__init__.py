"""Use cases before an incident: publishing playbooks, keeping the directory."""
