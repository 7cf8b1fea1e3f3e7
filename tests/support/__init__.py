"""What tests stand on: databases, a browser, a network guard, people who may sign in."""
