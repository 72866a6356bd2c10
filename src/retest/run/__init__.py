"""A run: what is asked, opened, walked and logged."""
