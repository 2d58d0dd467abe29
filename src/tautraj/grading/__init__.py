"""The grade of an episode and whether to trust it: reward, labels, policy rules, explanation, regrading."""
