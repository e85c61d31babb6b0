"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Principal:
    """The one on whose behalf a request is served."""

    subject: str


ANONYMOUS = Principal(subject="anonymous")
