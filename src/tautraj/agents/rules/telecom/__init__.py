"""Telecom for the agent by rules: the tech-support workflow and the rules about bills, lines and data."""
