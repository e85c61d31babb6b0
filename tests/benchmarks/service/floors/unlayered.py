"""The generated service without its middleware, which shows what that takes."""

from acme.main import create_app

app = create_app()
app.user_middleware.clear()
