"""Benchmarks, run by hand: a figure depends on the machine, so none of them is a test."""
