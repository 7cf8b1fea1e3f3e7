"""What people and time do: one function, one use case, one transaction of the caller's."""
