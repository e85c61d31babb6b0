"""Records which variables templates read while they are rendered."""

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.runtime import Context

from extensions.lookup import extension


class RecordedReads(Extension):
    """Notes every look-up in a render's context.

    Attributes:
        names: what was looked up since the last `clear`, the environment's globals and
            a template's own variables left out.
    """

    def __init__(self, environment: Environment) -> None:
        """Make the environment's renders use a context that reports here."""
        super().__init__(environment)
        self.names: set[str] = set()
        environment.context_class = _RecordingContext

    def clear(self) -> None:
        """Forget what was read so far."""
        self.names.clear()


class _RecordingContext(Context):
    def resolve_or_missing(self, key: str) -> object:
        if key not in self.vars and key not in self.environment.globals:
            extension(self.environment, RecordedReads).names.add(key)
        return super().resolve_or_missing(key)
