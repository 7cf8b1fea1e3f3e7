"""Tables of an incident under way: activation, call-out, deliveries."""
