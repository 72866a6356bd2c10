"""Full text of papers: fetched, read into sections and sentences, and searched for passages."""
