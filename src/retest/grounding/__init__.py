"""The citation ladder: pure code, no network of its own, no clock."""
