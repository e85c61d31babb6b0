"""A service, as far as it can be read without running it."""

import ast
import re
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pathspec
import yaml

type Layout = Literal["layered", "domain"]

_IGNORED = frozenset(
    {
        ".git",
        ".tox",
        ".venv",
        "__pycache__",
        "env",
        "node_modules",
        "site-packages",
        "venv",
    }
)
_BUILT = frozenset({"build", "dist"})
_BESIDES = frozenset({"tests", "test", "docs", "scripts", "migrations", "alembic"})
_LAYERS = (
    frozenset({"api", "routes", "routers", "endpoints"}),
    frozenset({"services", "service", "usecases", "use_cases"}),
)
_BASES = frozenset({"src", "lib"})
_METHODS = frozenset(
    {"get", "put", "post", "delete", "options", "head", "patch", "trace", "api_route"}
)
_ROUTERS = frozenset({"router", "routers", "routes", "views", "endpoints"})


class NotAServiceError(Exception):
    """A folder holds no Python service; the message says what is missing."""


@dataclass(frozen=True)
class Module:
    """A Python file.

    Attributes:
        path: from the service's root, with `/`.
        name: as it is imported.
        text: its source.
        tree: its syntax tree.
    """

    path: str
    name: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of its syntax tree."""
        return list(ast.walk(self.tree))

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Every class, nested ones included."""
        return [node for node in self.nodes if isinstance(node, ast.ClassDef)]

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones included."""
        return [
            node
            for node in self.nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """The modules imported anywhere in it, absolute, each with its line."""
        return list(_imports(self))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its name, without the package."""
        return tuple(self.name.split(".")[1:])


@dataclass(frozen=True)
class Class:
    """A class and the module that defines it."""

    module: Module
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def bases(self) -> list[str]:
        """The last part of the name of each base: `Base` for `models.Base[Row]`."""
        return [name for base in self.node.bases if (name := last_name(base))]


@dataclass(frozen=True)
class Broken:
    """A file that cannot be read as what its name says."""

    path: str
    reason: str


@dataclass(eq=False)
class Service:
    """The files of a service, read once.

    Classes are told by the names of their bases, wherever those are defined in the
    service: nothing is imported and nothing is run.

    Attributes:
        root: its folder, with `pyproject.toml`.
        openapi: the description of its API, if one was given.
        chosen: the folder of its import package, from the root, if it was named.
        broken: the files that could not be read.
    """

    root: Path
    openapi: Mapping[str, Any] | None = None
    chosen: Path | None = None
    broken: list[Broken] = field(default_factory=list)
    _contents: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the package.

        Raises:
            NotAServiceError: there is none.
        """
        if not self.root.is_dir():
            raise NotAServiceError(
                f"{self.root} is no folder. Name a service's folder."
            )
        self.root = self.root.resolve()
        if not self.source.is_relative_to(self.root):
            raise NotAServiceError(f"{self.source} lies outside of {self.root}.")

    @cached_property
    def source(self) -> Path:
        """The folder of its import package.

        Raises:
            NotAServiceError: there is none.
        """
        if self.chosen is None:
            return _package(self)
        if not (self.root / self.chosen).is_dir():
            raise NotAServiceError(f"{self.chosen} is no folder of {self.root}.")
        return (self.root / self.chosen).resolve()

    @property
    def package(self) -> str:
        """The name of the import package."""
        return self.source.name

    @cached_property
    def paths(self) -> list[str]:
        """The paths of all files, from the root, without caches and environments."""
        return sorted(_files(self.root))

    @cached_property
    def _places(self) -> list[PurePosixPath]:
        files = [PurePosixPath(path) for path in self.paths]
        return sorted({each for file in files for each in (file, *file.parents[:-1])})

    def has(self, path: str) -> bool:
        """Whether a file or folder is there; `*`, `**`, `{package}` are understood."""
        return next(iter(self.glob(path)), None) is not None

    def glob(self, pattern: str) -> Iterator[str]:
        """Yield the paths that match, of files and of folders that hold files."""
        pattern = self.resolve(pattern).rstrip("/")
        for place in self._places:
            if place.full_match(pattern):
                yield place.as_posix()

    def resolve(self, pattern: str) -> str:
        """Put the package's folder for `{package}` in a path."""
        if "{package}" not in pattern:
            return pattern
        folder = self.source.relative_to(self.root).as_posix()
        return pattern.replace("{package}", folder)

    def read(self, path: str) -> str:
        """Return a file's text, empty if there is none."""
        file = self.root / self.resolve(path)
        if not file.is_file():
            return ""
        try:
            return file.read_text("utf-8-sig", errors="replace")
        except OSError as error:
            self._note(path, str(error))
            return ""

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What `pyproject.toml` says; empty if there is none or it cannot be read."""
        return self.toml("pyproject.toml")

    def toml(self, path: str) -> Mapping[str, Any]:
        """Return what a TOML file says; empty if there is none or it cannot be read."""
        content: Mapping[str, Any] = self._parsed(path, tomllib.loads)
        return content

    def yaml(self, path: str) -> Any:  # noqa: ANN401  what the file holds
        """Return what a YAML file says; empty if there is none or it cannot be read."""
        return self._parsed(path, yaml.safe_load)

    def _parsed(self, path: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401
        if path not in self._contents:
            try:
                self._contents[path] = parse(self.read(path)) or {}
            except (tomllib.TOMLDecodeError, yaml.YAMLError) as error:
                self._note(path, str(error).replace("\n", " "))
                self._contents[path] = {}
        return self._contents[path]

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """The answers that a project generated from this template records."""
        answers = self.yaml(".copier-answers.yml")
        own = {"package_name", "layout", "with_example"}
        return answers if isinstance(answers, dict) and own <= answers.keys() else {}

    @property
    def generated(self) -> bool:
        """Whether the service comes from this template, and so should have its tests."""
        return bool(self.answers)

    @cached_property
    def layout(self) -> Layout | None:
        """How the code is arranged, told from its folders; `None` if unclear."""
        if self.answers.get("layout") in {"layered", "domain"}:
            return "layered" if self.answers["layout"] == "layered" else "domain"
        folders = {path.name for path in self.source.iterdir() if path.is_dir()}
        if all(folders & layer for layer in _LAYERS):
            return "layered"
        return "domain" if self.domains else None

    @cached_property
    def domains(self) -> list[str]:
        """The packages of business domains: those that hold a router of their own."""
        return sorted(
            folder.name
            for folder in self.source.iterdir()
            if folder.is_dir()
            and folder.name not in {"core", "shared", "common", *_LAYERS[0]}
            and any(
                (folder / f"{name}.py").is_file() or _is_package(folder / name)
                for name in _ROUTERS
            )
        )

    @cached_property
    def requirements(self) -> Mapping[str, str]:
        """The declared dependencies, development included: normal name to requirement."""
        declared = [*_strings(table(self.manifest, "project").get("dependencies"))]
        for groups in (
            table(self.manifest, "project", "optional-dependencies"),
            table(self.manifest, "dependency-groups"),
        ):
            for group in groups.values():
                declared += _strings(group)
        poetry = table(self.manifest, "tool", "poetry")
        parts = [poetry, *map(table, table(poetry, "group").values())]
        for part in parts:
            for name, version in table(part, "dependencies").items():
                declared.append(f"{name} {version if isinstance(version, str) else ''}")
        for path in self.glob("requirements*.txt"):
            lines = (
                line.partition("#")[0].strip() for line in self.read(path).split("\n")
            )
            declared += [line for line in lines if line and not line.startswith("-")]
        return {_normal(item): item for item in declared}

    @cached_property
    def ignored(self) -> pathspec.GitIgnoreSpec:
        """What `.gitignore` at the root keeps out of git."""
        try:
            return pathspec.GitIgnoreSpec.from_lines(
                self.read(".gitignore").splitlines()
            )
        except ValueError as error:
            self._note(".gitignore", str(error))
            return pathspec.GitIgnoreSpec([])

    @cached_property
    def modules(self) -> list[Module]:
        """The modules of the import package, without tests and migrations in it."""
        return [
            module
            for module in self._parse(self.source, self.source.parent)
            if not _BESIDES.intersection(module.parts)
        ]

    @cached_property
    def tests(self) -> list[Module]:
        """The modules below `tests`."""
        return list(self._parse(self.root / "tests", self.root))

    @cached_property
    def scripts(self) -> list[Module]:
        """The modules below `scripts`."""
        return list(self._parse(self.root / "scripts", self.root))

    @cached_property
    def classes(self) -> list[Class]:
        """Every class of the package."""
        return [
            Class(module, node) for module in self.modules for node in module.classes
        ]

    def subclasses(self, *roots: str) -> list[Class]:
        """Return the classes that descend from one of these names, at any distance."""
        names = set(roots)
        found: dict[int, Class] = {}
        while True:
            more = [
                each
                for each in self.classes
                if id(each.node) not in found and names.intersection(each.bases)
            ]
            if not more:
                return sorted(
                    found.values(),
                    key=lambda each: (each.module.path, each.node.lineno),
                )
            names.update(each.name for each in more)
            found.update((id(each.node), each) for each in more)

    @cached_property
    def models(self) -> list[Class]:
        """The mapped classes: with a `__tablename__`, or SQLModel's `table=True`."""
        return [
            each
            for each in self.classes
            if any("__tablename__" in assigned(item) for item in each.node.body)
            or any(keyword.arg == "table" for keyword in each.node.keywords)
        ]

    @cached_property
    def schemas(self) -> list[Class]:
        """The Pydantic models, settings left out."""
        settings = {id(each.node) for each in self.subclasses("BaseSettings")}
        return [
            each
            for each in self.subclasses("BaseModel")
            if id(each.node) not in settings
        ]

    @cached_property
    def routers(self) -> list[Module]:
        """The modules with routes: functions decorated as `@router.get("/...")`."""
        return [
            module
            for module in self.modules
            if any(map(route_decorator, module.functions))
        ]

    @cached_property
    def services(self) -> list[Module]:
        """The modules with business rules, told by their names."""
        return self._named({"services", "service", "usecases", "use_cases"})

    @cached_property
    def repositories(self) -> list[Module]:
        """The modules with data access, told by their names."""
        return self._named({"repositories", "repository", "crud", "dal"})

    def module(self, *candidates: str) -> Module | None:
        """Return the first module there is, by its name below the package."""
        for candidate in candidates:
            for module in self.modules:
                if ".".join(module.parts) == candidate:
                    return module
        return None

    def _named(self, names: set[str]) -> list[Module]:
        return [
            module
            for module in self.modules
            if names.intersection(module.parts)
            and not module.path.endswith("/__init__.py")
        ]

    def _parse(self, folder: Path, base: Path) -> Iterator[Module]:
        for path in self.paths:
            file = self.root / path
            if file.suffix != ".py" or not file.is_relative_to(folder):
                continue
            name = ".".join(file.relative_to(base).with_suffix("").parts)
            try:
                module = _parse(path, name.removesuffix(".__init__"), file.read_bytes())
            except (OSError, SyntaxError, ValueError, RecursionError) as error:
                self._note(path, str(error))
                continue
            yield module

    def _note(self, path: str, reason: str) -> None:
        broken = Broken(path, reason)
        if broken not in self.broken:
            self.broken.append(broken)


# Services that are judged one after another often have most of their modules in common.
@lru_cache(maxsize=512)
def _parse(path: str, name: str, content: bytes) -> Module:
    """Read a module.

    Raises:
        RecursionError, SyntaxError, ValueError: it is none.
    """
    # From bytes, for the encoding that a file may name.
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(content)
    text = content.decode("utf-8-sig", errors="replace")
    return Module(path, name, text, tree)


def last_name(node: ast.expr) -> str:
    """Return `c` for `c`, `a.b.c`, `c[d]` and `c(...)`; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=inner) | ast.Call(func=inner):
            return last_name(inner)
        case _:
            return ""


def route_decorator(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> ast.Call | None:
    """Return the decorator that makes a function answer requests, if one does."""
    for each in function.decorator_list:
        if (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr in _METHODS
            and _address(each)
        ):
            return each
    return None


def within(module: str, packages: Iterable[str]) -> bool:
    """Whether a module is one of some packages, or lies in one."""
    return any(module == name or module.startswith(f"{name}.") for name in packages)


def table(value: object, *keys: str) -> Mapping[Any, Any]:
    """Return the table below some keys; an empty one where there is something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def assigned(node: ast.stmt) -> Sequence[str]:
    """Return the names that a statement assigns to."""
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case (
            ast.AnnAssign(target=ast.Name(id=name))
            | ast.TypeAlias(name=ast.Name(id=name))
        ):
            return [name]
        case _:
            return []


def _imports(module: Module) -> Iterator[tuple[str, int]]:
    package = module.name.split(".")
    if not module.path.endswith("/__init__.py"):
        package = package[:-1]
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                yield f"{origin}.{alias.name}", node.lineno


def _address(decorator: ast.Call) -> bool:
    given = [word.value for word in decorator.keywords if word.arg == "path"]
    match [*decorator.args, *given]:
        case [ast.Constant(value=str(address)), *_]:
            return address in {"", "*"} or address.startswith("/")
        case [ast.Name() | ast.Attribute() | ast.JoinedStr(), *_]:
            return True
        case _:
            return False


def _files(root: Path) -> Iterator[str]:
    for folder, folders, names in root.walk():
        skipped = _IGNORED | _BUILT if folder == root else _IGNORED
        folders[:] = [name for name in folders if name not in skipped]
        for name in names:
            yield (folder / name).relative_to(root).as_posix()


def _package(service: Service) -> Path:
    root = service.root
    name = table(service.manifest, "tool", "uv", "build-backend").get("module-name")
    if isinstance(name, str) and (root / "src" / name).is_dir():
        return root / "src" / name
    python = [PurePosixPath(path) for path in service.paths if path.endswith(".py")]
    inner = [path for path in python if not _BESIDES.intersection(path.parts)]
    # The application tells better than names where a service's code lies.
    for path in sorted(inner, key=lambda path: (len(path.parts), path)):
        if "FastAPI(" in service.read(path.as_posix()):
            depth = 2 if path.parts[0] in _BASES else 1
            return root.joinpath(*path.parts[: min(depth, len(path.parts) - 1)])
    return _largest_package(root, inner)


def _largest_package(root: Path, python: Sequence[PurePosixPath]) -> Path:
    sizes: dict[Path, int] = {}
    for path in python:
        depth = 2 if path.parts[0] in _BASES else 1
        if len(path.parts) > depth:
            folder = root.joinpath(*path.parts[:depth])
            sizes[folder] = sizes.get(folder, 0) + 1
    packages = {
        each: size for each, size in sizes.items() if _is_package(each)
    } or sizes
    if not packages:
        raise NotAServiceError(
            f"{root} holds no Python package, neither in src/ nor beside pyproject.toml."
            " Name the folder of one service, or its package with --package."
        )
    return max(packages, key=lambda folder: (packages[folder], folder))


def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()


def _strings(value: object) -> list[str]:
    return (
        [item for item in value if isinstance(item, str)]
        if isinstance(value, list)
        else []
    )


def _normal(requirement: str) -> str:
    name = re.split(r"[\s\[<>=!~;@(]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()
