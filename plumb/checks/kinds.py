"""What a project of some kind consists of (KND)."""

from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, domain, layered
from plumb.kinds import path, shipped
from plumb.service import Module, Service, table

_FRAMEWORKS = frozenset({"argparse", "click", "typer"})


@check("ast", "command lines are built on Typer, Click or argparse")
def _framework(service: Service) -> Iterator[Finding]:
    for module in _command_lines(service):
        parts = [
            each
            for each in service.modules
            if f"{each.name}.".startswith(f"{module.name}.")
        ]
        imported = {
            name.partition(".")[0] for part in parts for name, _ in part.imports
        }
        if not imported & _FRAMEWORKS:
            yield Finding(
                "is a command line of its own making: build it on Typer", module.path
            )


def _command_lines(service: Service) -> list[Module]:
    """Return the modules that installed commands start, and those called `cli`."""
    scripts = table(service.manifest, "project", "scripts")
    started = {str(target).partition(":")[0] for target in scripts.values()}
    return [
        module
        for module in service.modules
        if module.name in started or module.parts[-1:] == ("cli",)
    ]


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "KND-01": (
        path(
            "{package}/__init__.py",
            "{package}/main.py|{package}/core/main.py|{package}/app.py",
            "{package}/core|{package}/config.py",
            "tests/unit",
            "tests/integration",
            "tests/conftest.py",
            "docs",
            "scripts",
            ".github/workflows|.gitlab-ci.yml",
            ".env.example",
            ".gitignore",
            ".pre-commit-config.yaml",
            "LICENSE|LICENSE.*",
            "README.md|README.rst",
            "pyproject.toml",
            "uv.lock|poetry.lock|pdm.lock",
        ),
        path(
            "{package}/api|{package}/routes|{package}/routers",
            "{package}/services",
            "{package}/repositories|{package}/crud",
            "{package}/models",
            "{package}/schemas",
        ).when(layered),
        path("{package}/shared|{package}/common").when(domain),
    ),
    "KND-03": (
        _framework.when(lambda service: bool(_command_lines(service))),
        shipped(
            "tests/e2e/test_serve.py::test_help_needs_no_settings",
            "the command line explains itself",
        ),
    ),
}
