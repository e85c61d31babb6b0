"""Pure ASGI middleware: a module that holds a `Layer` is installed."""
