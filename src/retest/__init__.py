"""Re-test the dated claims of a research library against newer arXiv papers."""

__version__ = "0.1.0"
