"""Writes the OpenAPI documents that the template ships, for every combination of answers.

    uv run python -m maintenance.openapi

Each renders, for each combination, as the file that `task docs` of the project writes.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from maintenance.conditions import condition
from maintenance.locking import run_uv
from maintenance.questionnaire import Answer, Answers, Factors, Questionnaire, every
from maintenance.template import PROJECT_NAME, generate

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("docs") / "api"

_HEADER = (
    "{#- Written by `uv run python -m maintenance.openapi`; an edit here is lost. -#}\n"
)
_TITLE = f'"title": "{PROJECT_NAME}"'


def write(root: Path, folder: Path) -> None:
    """Run the service of every combination and write what it says of itself.

    Args:
        root: the template, the folder with `copier.yml`.
        folder: an existing folder for projects and their environment.

    Raises:
        LockError: a project has no environment, or its `task docs` fails.
    """
    for name, source in _sources(root, folder).items():
        file = root / "template" / FOLDER / f"{name}.jinja"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, "utf-8")


def _sources(root: Path, folder: Path) -> dict[str, str]:
    """Return the Jinja source of each document, by the document's name."""
    factors = _telling(root, folder, Questionnaire.read(root).structural)
    texts: dict[str, dict[str, set[int]]] = {}
    for index, answers in enumerate(every(factors)):
        for name, text in _documents(root, folder, answers):
            texts.setdefault(name, {}).setdefault(text, set()).add(index)
    return {name: _source(variants, factors) for name, variants in texts.items()}


def _telling(root: Path, folder: Path, factors: Factors) -> Factors:
    """Return the questions that a document depends on, by itself or with others.

    Each is answered differently in a project where all others have their first answer,
    and in one where they have their last. What that misses, a test of the project sees.
    """
    telling: dict[str, Sequence[Answer]] = {}
    for which in (0, -1):
        usual = {name: values[which] for name, values in factors.items()}
        expected = dict(_documents(root, folder, usual))
        for name, values in factors.items():
            for value in set(values) - {usual[name]}:
                found = dict(_documents(root, folder, {**usual, name: value}))
                if found != expected:
                    telling[name] = values
    return {name: telling[name] for name in factors if name in telling}


def _source(variants: Mapping[str, set[int]], factors: Factors) -> str:
    """Return one Jinja source for texts, each with the combinations that have it."""
    parts = [_HEADER]
    for text, indices in variants.items():
        name = _TITLE.replace(PROJECT_NAME, "{% endraw %}{{ project_name }}{% raw %}")
        verbatim = f"{{% raw %}}{text.replace(_TITLE, name)}{{% endraw %}}"
        expression = condition(factors, frozenset(indices))
        only = f"{{% if {expression} %}}{verbatim}{{% endif %}}"
        parts.append(only if expression else verbatim)
    return "".join(parts)


def _documents(root: Path, folder: Path, answers: Answers) -> Iterator[tuple[str, str]]:
    """Generate a project, and yield the name and the text of each of its documents."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    generate(root, project, {"project_name": PROJECT_NAME, **answers})
    environment = {"UV_PROJECT_ENVIRONMENT": str(folder / "environment")}
    run_uv(project, "sync", "--locked", **environment)
    run_uv(project, "run", "task", "docs", "--", "--breaking", **environment)
    for file in sorted((project / FOLDER).iterdir()):
        yield file.name, file.read_text("utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="openapi-") as folder:
        write(ROOT, Path(folder))
