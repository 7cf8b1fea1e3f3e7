"""Rules of an incident under way: call plan, escalation, answers."""
