"""The telecom domain: a carrier with its customers, broken phones and account requests."""
