"""`retest run --explain`: the pipeline itself is walked with a model that answers nothing, and what
it is asked is counted. So what is explained and what is run cannot drift apart."""
