"""One report per line: the JSON record, and the Markdown and the chart that are drawn from it
alone."""
