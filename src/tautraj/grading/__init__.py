"""What an episode was worth and whether to trust it: reward, labels, policy rules, explanation, regrading."""
