"""One conversation, from hello to its ending: the environment, its limits and its recorder."""
