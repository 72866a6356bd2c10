"""Models behind one protocol; one file per provider, imported on use."""
