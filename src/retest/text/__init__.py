"""Text of others: made harmless, cut into sentences, and brought to one form for comparison."""
