"""What code says about itself (HDR)."""

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import PurePosixPath

from plumb.check import Check, Finding, check
from plumb.checks.style import ruff_setting
from plumb.kinds import equals, rules
from plumb.roles import Function
from plumb.service import Service, last_name

_BESIDES = ("scripts/**/*.py", "migrations/**/*.py", "alembic/**/*.py")


@check("ast", "a public function that raises an error has a section `Raises:`")
def _raises_said(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        inner = {
            id(node)
            for function in module.functions
            for node in ast.walk(function)
            if node is not function
        }
        for function in module.functions:
            said = ast.get_docstring(function) or ""
            raised = sorted(set(_raised(function)))
            private = function.name.startswith("_") or id(function) in inner
            if private or "Raises:" in said or not raised:
                continue
            yield Finding(
                f"{function.name} raises {', '.join(raised)}, which its docstring does"
                " not say",
                module.path,
                function.lineno,
            )


def _raised(function: Function) -> Iterator[str]:
    nodes: list[ast.AST] = [*function.body]
    while nodes:
        node = nodes.pop()
        # What is made here raises later, if it is called.
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Raise) and node.exc is not None:
            name = last_name(node.exc)
            if name.endswith(("Error", "Exception")):
                yield name


@check("ast", "each module says in its first line what it is for")
def _purposes(service: Service) -> Iterator[Finding]:
    files = {each.path: each.tree for each in (*service.modules, *service.tests)}
    for path in chain.from_iterable(map(service.glob, _BESIDES)):
        with suppress(SyntaxError):
            files[path] = ast.parse(service.read(path))
    for path, tree in files.items():
        said = (ast.get_docstring(tree) or "").strip().rstrip(".").casefold()
        if said in {
            "",
            (name := PurePosixPath(path)).name,
            name.stem,
            name.parent.name,
        }:
            yield Finding("does not say what it is for", path)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "HDR-01": (
        rules("D100", "D101", "D102", "D103", "D104", "D212", "D405", "D410", "D414"),
        ruff_setting("lint.pydocstyle.convention", equals("google"), "is google"),
    ),
    "HDR-02": (
        rules("D101", "D102", "D103", "D105", "D106", "D107"),
        rules("D200", "D205", "D300", "D403", "D415"),
    ),
    "HDR-03": (rules("D417"), _raises_said),
    "HDR-06": (_purposes,),
}
