"""Telecom for the agent by rules: the tech-support workflow and the rules about bills, lines and data."""

from tautraj.agents.rules.telecom.conversation import TelecomDesk

TELECOM_DESK = TelecomDesk()
