"""One conversation, from the greeting to its ending: the environment, its limits and its recorder."""
