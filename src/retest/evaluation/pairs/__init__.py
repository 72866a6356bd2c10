"""Reading alone: pairs of a claim and a paper."""
