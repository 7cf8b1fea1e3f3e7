"""Rules of what a city prepares: the playbook document."""
