"""The rules agent, without an llm and without gold: it reads what is said and what the tools answer, by the policy.

One desk per domain. Not here: the interface of a desk (`agents.rules.desk`).
"""
