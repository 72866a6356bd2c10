"""Where papers come from: one protocol, three sources."""
