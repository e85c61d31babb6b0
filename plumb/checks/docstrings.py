"""What code says about itself (HDR)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.style import ruff_setting
from plumb.kinds import equals, rules
from plumb.roles import Function
from plumb.service import Service, last_name

_SPEAKS_FOR_ITSELF = 20


@check(
    "ast", f"a private function of more than {_SPEAKS_FOR_ITSELF} lines says its use"
)
def _long_helpers(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for function in module.functions:
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > _SPEAKS_FOR_ITSELF and ast.get_docstring(function) is None:
                said = f"{function.name} has {size} lines and no docstring"
                yield Finding(said, module.path, function.lineno)


@check("ast", "a public function that raises an error has a section `Raises:`")
def _raises_said(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for function in module.functions:
            said = ast.get_docstring(function) or ""
            raised = sorted(set(_raised(function)))
            if function.name.startswith("_") or "Raises:" in said or not raised:
                continue
            yield Finding(
                f"{function.name} raises {', '.join(raised)}, which its docstring does"
                " not say",
                module.path,
                function.lineno,
            )


def _raised(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            name = last_name(node.exc)
            if name.endswith(("Error", "Exception")):
                yield name


@check("ast", "each module says in its first line what it is for")
def _purposes(service: Service) -> Iterator[Finding]:
    for module in (*service.modules, *service.tests):
        said = (ast.get_docstring(module.tree) or "").strip()
        name = module.parts[-1] if module.parts else ""
        if not said or said.rstrip(".").casefold() in {name, f"{name}.py"}:
            yield Finding("does not say what it is for", module.path)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "HDR-01": (
        rules("D100", "D101", "D102", "D103", "D104", "D212", "D405", "D410", "D414"),
        ruff_setting("lint.pydocstyle.convention", equals("google"), "is google"),
    ),
    "HDR-02": (
        rules("D105", "D106", "D107", "D200", "D205", "D300", "D403", "D415"),
        _long_helpers,
    ),
    "HDR-03": (rules("D417"), _raises_said),
    "HDR-06": (_purposes,),
}
