"""The rules of the service, free of HTTP and SQL."""
