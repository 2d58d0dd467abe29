"""Tables, a progress bar and conversations for a terminal."""
