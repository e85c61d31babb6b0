"""What commands say to whoever runs them."""

from typing import NoReturn

import typer


def fail(message: str, status: int = 1) -> NoReturn:
    """Print what is wrong on standard error, and end the process.

    Args:
        message: names the thing, the rule, and a way on.
        status: the exit code.

    Raises:
        typer.Exit: always.
    """
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(code=status)
