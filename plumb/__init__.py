"""Judges a service by the rows of the engineering standards."""
