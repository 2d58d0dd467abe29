"""An llm without a model: it says what was rehearsed, over HTTP, in whatever form it is asked for.

The model's seat knows the task's gold actions, the customer's seat its scenario. An upper bound and a check of the
pipeline (litellm, smolagents, every agent and strategy), not a model's result.

    serving   for as long as a run plays: hand the script to a process of its own, and the run its address
    writing   the script, out of the benchmark's tasks
    script    the script itself
    server    that process; protocol: what it hears and says
    agent     the model's seat in the form that its prompt wants; notes: its thoughts, beliefs and plans
    customer  the user's seat, and the check of its drafts
"""
