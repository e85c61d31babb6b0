"""What is done after a request, or regularly: each `Task` and `Schedule` of a module here."""
