"""What runs around the life of the application: each `StartupHook` of a module here."""
