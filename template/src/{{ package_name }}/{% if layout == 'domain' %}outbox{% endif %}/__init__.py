"""Work that is recorded with a change, and done after it."""
