"""The errors that services raise, free of HTTP.

An error of your own is a subclass of one of these, in any module: the API answers it with
the status of its nearest base, and with its own code.
"""

from collections.abc import Sequence
from typing import Any


class AppError(Exception):
    """An error with a code for programs and a message for people.

    Attributes:
        code: stable name, in capitals.
        message: one sentence that may be shown to the client.
        details: what a program can use to react, JSON-compatible.
    """

    code = "INTERNAL_ERROR"

    def __init__(self, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        """Keep the message and the details."""
        super().__init__(message)
        self.message = message
        self.details = list(details)


class NotFoundError(AppError):
    """There is no such thing, or no longer."""

    def __init__(self, resource: str, key: object) -> None:
        """Name the resource, in lower-case words, and the key it was looked up by."""
        super().__init__(f"There is no {resource} {key}.")
        self.code = f"{resource.replace(' ', '_').upper()}_NOT_FOUND"


class ConflictError(AppError):
    """The state of the thing does not allow what was asked."""

    code = "CONFLICT"
