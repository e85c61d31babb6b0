"""The generated service against the requirements of the standards."""
