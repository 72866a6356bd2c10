"""Intervals, calibration and measures."""
