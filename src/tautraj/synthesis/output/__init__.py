"""What is said of a world: its numbers, its card."""
