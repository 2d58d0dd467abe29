"""A stand-in for an llm: a local HTTP server that answers from a script, in the form the prompt asks for.

The model's seat knows the task's gold actions, the user's seat its scenario. An upper bound and a check of the
pipeline (litellm, smolagents, every agent and strategy), not a model's result.

    launch          starts the server process for the length of a run
    script_builder  builds the script from the benchmark's tasks
    script          the records of the script
    server          the server process; wire: its requests and answers
    agent           the model's seat; thoughts: its thoughts, beliefs and plans; facts: what a belief knows
    user            the user's seat, and the check of its drafts
"""
