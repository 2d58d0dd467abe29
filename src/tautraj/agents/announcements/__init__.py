"""What agents without an llm say about writes, with the names of what is written."""
