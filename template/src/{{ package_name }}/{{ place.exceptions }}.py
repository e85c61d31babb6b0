"""The errors that services raise, free of HTTP.

An error of your own is a subclass, in any module, with a code and a status of its own.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any


class AppError(Exception):
    """An error with a code for programs and a message for people.

    Attributes:
        status: what the API answers; a service neither sets nor reads it.
        code: stable name, in capitals.
        message: one sentence that may be shown to the client.
        details: what a program can use to react, JSON-compatible.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "INTERNAL_ERROR"

    def __init__(self, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        """Keep the message and the details."""
        super().__init__(message)
        self.message = message
        self.details = list(details)


class NotFoundError(AppError):
    """There is no such thing, or no longer."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, resource: str, key: object) -> None:
        """Name the resource, in lower-case words, and the key it was looked up by."""
        super().__init__(f"There is no {resource} {key}.")
        self.code = f"{resource.replace(' ', '_').upper()}_NOT_FOUND"


class ConflictError(AppError):
    """The state of the thing does not allow what was asked."""

    status = HTTPStatus.CONFLICT
    code = "CONFLICT"
