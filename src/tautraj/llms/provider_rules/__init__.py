"""What providers send and demand beyond OpenAI's protocol: the forms of their answers, and what must go back."""
