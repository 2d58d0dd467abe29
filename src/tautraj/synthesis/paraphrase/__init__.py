"""An llm rewrites what a task's customer says; its words are kept where they pass every check again."""
