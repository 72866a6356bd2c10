"""The stations of the picture in docs/design.md, one file each, and the graph that joins them."""

import os

# Before langgraph is imported: only the types of our own state may come back from a checkpoint.
os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
