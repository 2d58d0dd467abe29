"""A shop nobody has seen, in the shape of τ²'s retail domain."""
