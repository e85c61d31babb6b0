"""Finds an extension in the environment it was added to."""

from jinja2 import Environment
from jinja2.ext import Extension


def extension[Kind: Extension](environment: Environment, kind: type[Kind]) -> Kind:
    """Return the environment's instance of an extension class.

    Raises:
        LookupError: the environment has none.
    """
    for found in environment.extensions.values():
        if isinstance(found, kind):
            return found
    raise LookupError(
        f"the environment has no {kind.__name__}: call "
        f"environment.add_extension({kind.__name__}) first"
    )
