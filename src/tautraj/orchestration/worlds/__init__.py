"""The flow that makes a world."""
