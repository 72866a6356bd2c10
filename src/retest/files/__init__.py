"""Files and formats: bounded reading, YAML, JSON Lines, and writing a file whole or not at all."""
