"""The outbox, and what runs its work, on the command line."""
