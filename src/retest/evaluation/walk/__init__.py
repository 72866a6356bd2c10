"""A line walked through time."""
