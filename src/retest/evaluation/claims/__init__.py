"""Claims of known fate through the whole pipeline."""
