"""Services are read as people arrange and write them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from plumb.check import CannotJudgeError, check
from plumb.imports import cycles, graph
from plumb.judgement import judge
from plumb.kinds import rules, toml
from plumb.matrix import Matrix
from plumb.service import NotAServiceError, Service

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
type Files = Mapping[str, str | bytes]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Files], Service]:
    """Return a function that reads a service made of these files."""

    def written(files: Files) -> Service:
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            raw = content.encode() if isinstance(content, str) else content
            (tmp_path / path).write_bytes(raw)
        return Service(tmp_path)

    return written


@pytest.mark.parametrize(
    ("files", "package"),
    [
        (["src/shop/__init__.py", "src/shop/main.py"], "src/shop"),
        (["src/main.py", "src/api/__init__.py", "src/services/a.py"], "src"),
        (["src/shop/orders/main.py", "src/shop/orders/models.py"], "src/shop"),
        (["app/main.py", "app/__init__.py", "other/__init__.py"], "app"),
        (["main.py", "api/__init__.py"], ""),
        (["lib/shop/core/main.py"], "lib/shop"),
    ],
)
def test_package_is_where_the_application_is(
    files: list[str], package: str, read: Callable[[Files], Service], tmp_path: Path
) -> None:
    """Whatever the packages are called, and however many there are."""
    content = {path: APP if path.endswith("main.py") else "" for path in files}

    service = read({**content, "tests/main.py": APP, "node_modules/a/main.py": APP})

    assert service.source == tmp_path / package
    assert len(service.modules) == len(
        [path for path in files if path.startswith(package)]
    )


def test_package_without_an_application_is_the_largest(
    read: Callable[[Files], Service], tmp_path: Path
) -> None:
    """It may be made by a function of a library."""
    service = read({"a/__init__.py": "", "b/__init__.py": "", "b/more.py": ""})

    assert service.source == tmp_path / "b"


@pytest.mark.parametrize("chosen", ["../elsewhere", "missing"])
def test_package_outside_is_refused(chosen: str, tmp_path: Path) -> None:
    """A service is one folder."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shop" / "app").mkdir(parents=True)

    with pytest.raises(NotAServiceError):
        Service(tmp_path / "shop", chosen=Path(chosen))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["SQLAlchemy[asyncio]>=2"]\n'),
        ("pyproject.toml", b'\xef\xbb\xbf[project]\ndependencies = ["sqlalchemy"]\n'),
        ("pyproject.toml", '[dependency-groups]\ndev = ["sqlalchemy ; os == 1"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nsqlalchemy = "^2.0"\n'),
        ("pyproject.toml", "[tool.poetry.group.a.dependencies]\nSQLAlchemy = {}\n"),
        ("requirements.txt", "-r other.txt\nsqlalchemy==2.1  # the ORM\n"),
    ],
)
def test_dependencies_are_read_where_people_declare_them(
    path: str, content: str | bytes, read: Callable[[Files], Service]
) -> None:
    """With the tools of today and of before."""
    service = read({"app/main.py": APP, path: content})

    assert "sqlalchemy" in service.requirements


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": 'tool = "none"\nproject = []\n'},
        {"pyproject.toml": "[project]\noptional-dependencies = [1]\n"},
        {"pyproject.toml": "not = toml = at all"},
        {".gitignore": "!\n"},
        {".copier-answers.yml": "{ layout: [\n"},
        {"app/deep.py": f"x = {'(' * 300}{')' * 300}\n"},
        {"app/latin.py": b"# -*- coding: latin-1 -*-\nname = '\xe9'\n"},
        {"app/mark.py": b"\xef\xbb\xbfname = 'e'\n"},
        {"app/escape.py": r"name = '\d'"},
    ],
    ids=lambda files: next(iter(files)),
)
def test_odd_files_do_not_end_the_judgement(
    files: Files, read: Callable[[Files], Service]
) -> None:
    """Every row is judged by what can be read."""
    service = read({"app/main.py": APP, **files})
    rows = Matrix.read().requirements.values()
    broken = check("ast", "always fails")(lambda _: 1 / 0)  # type: ignore[arg-type,return-value]

    judgements = [*judge(service, rows, {row.id: (broken,) for row in rows})]

    assert {each.outcome for each in judgements} == {"not judged"}
    assert "ZeroDivisionError" in judgements[0].unknown[0]
    assert len(service.requirements) == 0
    assert service.ignored is not None
    assert service.answers == {}
    assert "app/main.py" in [module.path for module in service.modules]


def test_broken_manifest_is_not_judged_as_an_empty_one(
    read: Callable[[Files], Service],
) -> None:
    """What it says is unknown."""
    service = read({"app/main.py": APP, "pyproject.toml": "not = toml = at all"})

    with pytest.raises(CannotJudgeError, match=r"pyproject\.toml cannot be read"):
        toml("project.name", bool, "is there").findings(service)


def test_models_of_sqlmodel_are_models(read: Callable[[Files], Service]) -> None:
    """They are told by an argument of the class."""
    service = read({"app/main.py": APP + "class A(SQLModel, table=True): ...\n"})

    assert [each.name for each in service.models] == ["A"]


def test_mocks_are_no_routes(read: Callable[[Files], Service]) -> None:
    """A decorator with the name of a method is not enough."""
    code = '@mock.patch("app.x")\ndef a(): ...\n\n@router.patch("")\ndef b(): ...\n'
    service = read({"app/main.py": APP, "app/a.py": code.replace("router", "mock")})
    assert [module.path for module in service.routers] == ["app/a.py"]

    service = read({"app/a.py": code.partition("\n\n")[0] + "\n"})
    assert service.routers == []


def test_rules_hold_where_a_service_does_not_look(
    read: Callable[[Files], Service],
) -> None:
    """Files that its own settings leave out are judged all the same."""
    settings = '[tool.ruff.lint]\nselect = ["B"]\nper-file-ignores = {"**" = ["B"]}\n'
    code = "def add(items=[]): ...\n"
    service = read({"app/main.py": APP, "app/a.py": code, "pyproject.toml": settings})

    assert [finding.path for finding in rules("B006").findings(service)] == ["app/a.py"]


def test_circle_in_a_namespace_is_found(read: Callable[[Files], Service]) -> None:
    """Packages need no `__init__.py`."""
    service = read({
        "src/shop/main.py": APP + "import shop.a.one\n",
        "src/shop/a/one.py": "import shop.b.two\n",
        "src/shop/b/two.py": "import shop.a.one\n",
    })  # fmt: skip
    circles = check("contract", "no circle")(cycles)

    assert any("a circle" in finding.message for finding in circles.findings(service))


@pytest.mark.parametrize("name", ["typer", "src"])
def test_imports_that_cannot_be_followed_are_not_judged(
    name: str, read: Callable[[Files], Service]
) -> None:
    """An installed package of the same name is not the service."""
    own = f"import {name}.other\n" if name == "typer" else "import other\n"
    service = read({f"{name}/main.py": APP + own, f"{name}/other.py": ""})

    with pytest.raises(CannotJudgeError):
        graph(service)
