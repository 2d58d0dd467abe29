"""The telecom domain: a carrier with its customers, broken phones and account requests."""

from tautraj.synthesis.telecom.generator import TelecomGenerator

GENERATOR = TelecomGenerator()
