"""The command `plumb`: how far is a service from the standards?"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from plumb.checks import CHECKS
from plumb.judgement import judge
from plumb.matrix import Matrix, Requirement
from plumb.report import as_json, show
from plumb.service import NotAServiceError, Service

app = typer.Typer(add_completion=False)


@app.command()
def plumb(  # noqa: PLR0913, PLR0917  each is an option of the command
    service: Annotated[
        Path, typer.Argument(help="The folder of a service.", metavar="SERVICE")
    ],
    package: Annotated[
        Path | None, typer.Option(help="Its import package's folder, from SERVICE.")
    ] = None,
    openapi: Annotated[
        Path | None, typer.Option(help="Its API's description, as JSON.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="A concern or a row: LAY, DEP-08.")
    ] = None,
    as_json_: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of tables.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Print every finding, not a few of each.")
    ] = False,
) -> None:
    """Hold a service against the engineering standards, without running it.

    Ends with 0 if nothing was found, 1 if something was, 2 if it could not be judged.
    """
    matrix = Matrix.read()
    rows = _chosen(matrix, only or [])
    try:
        read = Service(
            service,
            openapi=None if openapi is None else _document(openapi),
            chosen=package,
        )
    except NotAServiceError as error:
        raise typer.BadParameter(str(error), param_hint="SERVICE") from None
    names = track(
        rows.values(),
        description="Judging",
        console=Console(stderr=True),
        transient=True,
        disable=not Console(stderr=True).is_terminal,
    )
    judgements = [*judge(read, names, CHECKS)]
    if as_json_:
        typer.echo(json.dumps(as_json(read, judgements), indent=2))
    else:
        show(Console(), read, judgements, matrix, everything=everything)
    if any(each.findings for each in judgements):
        raise typer.Exit(1)


def _chosen(matrix: Matrix, only: Sequence[str]) -> Mapping[str, Requirement]:
    wanted = {name.strip().upper() for each in only for name in each.split(",")}
    if unknown := wanted - matrix.concerns.keys() - matrix.requirements.keys():
        raise typer.BadParameter(
            f"there is no {', '.join(sorted(unknown))}. Name a row, such as LAY-01, or"
            f" a concern: {', '.join(matrix.concerns)}",
            param_hint="--only",
        )
    return {
        name: row
        for name, row in matrix.requirements.items()
        if not wanted or name in wanted or row.concern in wanted
    }


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be read: {error.strerror}", param_hint="--openapi"
        ) from None
    except ValueError as error:
        raise typer.BadParameter(
            f"{path} is no JSON: {error}", param_hint="--openapi"
        ) from None
    if not isinstance(document, dict) or "paths" not in document:
        raise typer.BadParameter(
            f"{path} does not describe an API; save what the service answers at"
            " /openapi.json",
            param_hint="--openapi",
        )
    return document
