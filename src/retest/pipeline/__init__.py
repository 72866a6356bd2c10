"""The stations of the picture in docs/design.md, one file each, and the graph that joins them."""
