"""The record of what was done to accounts."""
