"""Where code lies (LAY)."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from plumb.check import Check, Finding, check, depends_on, domain, layered
from plumb.checks.dependencies import agreeing_lock
from plumb.imports import contracted
from plumb.kinds import (
    calls,
    ignored,
    path,
    toml,
    yaml,
)
from plumb.roles import (
    Function,
    applications,
    base_repositories,
    modules_of,
    places,
    resource_routers,
    top_level,
)
from plumb.service import Module, Service, assigned, last_name

_MODELS = frozenset({"db", "entities", "model", "models", "orm", "tables"})
_EDGE = re.compile(r"\w+(Create|Update|Response|Request|Read|Out|In|Filter)")
_TABLES_OF_A_FILE = 3
_LAYERS = frozenset(
    {"crud", "endpoints", "models", "repositories", "routers", "schemas", "services"}
)

# A class with such a name belongs into a module whose name says the same.
_ROLES = {
    "Service": ("service", "usecase", "use_case"),
    "Repository": ("repositor", "crud", "dal"),
    "Middleware": ("middleware",),
    "Settings": ("config", "setting"),
}


@check("path", "sources are an import package with a name, below `src`")
def _package_below_src(service: Service) -> Iterator[Finding]:
    folder = service.source.relative_to(service.root).as_posix()
    if not re.fullmatch(r"src/\w+", folder):
        yield Finding(f"the package lies in {folder}, not in src/<its name>")
    for found in sorted({m.path.rpartition("/")[0] for m in service.modules}):
        if not service.has(f"{found}/__init__.py"):
            yield Finding("has no __init__.py", found)


@check("ast", "a module makes one router, and routers lie in a folder of a version")
def _versioned_routers(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        made = [call for call in module.calls if last_name(call.func) == "APIRouter"]
        if len(made) > 1:
            said = f"makes {len(made)} routers; a module is for one resource"
            yield Finding(said, module.path, made[1].lineno)
    if service.layout != "layered":
        return
    for module in resource_routers(service):
        if not any(re.fullmatch(r"v\d+", part) for part in module.parts):
            said = "has routes outside of a version's folder, such as api/v1"
            yield Finding(said, module.path)


@check("ast", "a module holds one repository, which descends from a generic base")
def _repositories_have_a_base(service: Service) -> Iterator[Finding]:
    bases = base_repositories(service)
    if not bases:
        yield Finding("there is no generic base of repositories")
    known = {id(each.node) for each in bases}
    known |= {id(each.node) for each in service.subclasses(*(b.name for b in bases))}
    for module in service.repositories:
        named = [each for each in module.classes if each.name.endswith("Repository")]
        for node in named:
            if id(node) not in known:
                said = f"{node.name} does not descend from the base of repositories"
                yield Finding(said, module.path, node.lineno)
        for node in named[1:]:
            said = f"{node.name} is a second repository here; give it a module"
            yield Finding(said, module.path, node.lineno)


@check("ast", "models lie in modules of their own, few in each, with a base module")
def _models_in_place(service: Service) -> Iterator[Finding]:
    tables = modules_of(service.models)
    for module in tables:
        if not _MODELS.intersection(module.parts):
            said = "defines a table outside of the models' place"
            yield Finding(said, module.path)
        mapped = [each for each in service.models if each.module is module]
        if len(mapped) > _TABLES_OF_A_FILE:
            said = f"defines {len(mapped)} tables, more than {_TABLES_OF_A_FILE}"
            yield Finding(said, module.path)
    bases = list(_declarative_bases(service))
    if not bases:
        yield Finding("no module defines a declarative base of the models")
    for module, name, line in bases:
        if module in tables:
            said = f"{name} stands among tables; give the base its own module"
            yield Finding(said, module.path, line)


def _declarative_bases(service: Service) -> Iterator[tuple[Module, str, int]]:
    for each in service.classes:
        if {"DeclarativeBase", "SQLModel"} & set(each.bases) and not any(
            each.node is model.node for model in service.models
        ):
            yield each.module, each.name, each.node.lineno
    for module in service.modules:
        for node in module.tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and last_name(node.value.func) == "declarative_base"
            ):
                for name in assigned(node):
                    yield module, name, node.lineno


@check("ast", "no module defines both tables and schemas, and no class is both")
def _schemas_without_tables(service: Service) -> Iterator[Finding]:
    tables = {module.path for module in modules_of(service.models)}
    both = {id(each.node) for each in service.subclasses("SQLModel")}
    for each in service.models:
        if id(each.node) in both:
            said = f"{each.name} is a table and a schema at once; separate them"
            yield Finding(said, each.module.path, each.node.lineno)
    for each in service.schemas:
        mapped = any(
            isinstance(item, ast.AnnAssign) and last_name(item.annotation) == "Mapped"
            for item in each.node.body
        )
        if mapped or each.module.path in tables:
            said = f"the schema {each.name} stands among columns and tables"
            yield Finding(said, each.module.path, each.node.lineno)


@check("ast", "settings are defined in the configuration only")
def _settings_in_config(service: Service) -> Iterator[Finding]:
    for each in service.subclasses("BaseSettings"):
        if not re.search(r"config|setting", each.module.path):
            said = f"{each.name} is read from the environment outside of config"
            yield Finding(said, each.module.path, each.node.lineno)


@check("ast", "the module that makes the engine defines no models")
def _engine_without_models(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        made = {last_name(call.func) for call in module.calls}
        if not made & {"create_engine", "create_async_engine"}:
            continue
        models = [(m.module, m.name, m.node.lineno) for m in service.models]
        for defined, name, line in [*models, *_declarative_bases(service)]:
            if defined is module:
                said = f"defines the model {name} beside the engine"
                yield Finding(said, module.path, line)


@check("ast", "each process configures its logs: the application and every command")
def _logs_everywhere(service: Service) -> Iterator[Finding]:
    makers = {"FastAPI", "Typer", "Celery"}
    for module in service.modules:
        made = {last_name(call.func) for call in module.calls}
        if "commands" in module.parts or not made & makers:
            continue
        commands = [each for each in module.functions if _is_command(each)]
        inside = [_configuring(each) for each in commands]
        everywhere = len(_configuring(module.tree)) > len({*chain(*inside)})
        alone = commands and "add_typer" not in made
        if not everywhere and not (alone and all(inside)):
            said = f"makes a {', '.join(sorted(made & makers))} and configures no logs"
            yield Finding(f"{said} for all it starts", module.path)


def _is_command(function: Function) -> bool:
    return any(last_name(each) == "command" for each in function.decorator_list)


def _configuring(node: ast.AST) -> list[ast.Call]:
    named = re.compile(r"(configure|setup|init)_?log|dictConfig|basicConfig")
    return [call for call in calls(node) if named.match(last_name(call.func))]


@check("ast", "the module of exceptions defines the service's own")
def _own_exceptions(service: Service) -> Iterator[Finding]:
    names = {"exceptions", "errors"}
    found = [m for m in service.modules if names.intersection(m.parts)]
    if found and not any(
        re.search(r"(Exception|Error)$", base)
        for module in found
        for node in module.classes
        for base in map(last_name, node.bases)
    ):
        yield Finding("defines no exception", found[0].path)


@check("text", "`docs` holds a guide, and a diagram")
def _explained(service: Service) -> Iterator[Finding]:
    pages = [
        service.read(path)
        for end in ("md", "rst")
        for path in service.glob(f"docs/**/*.{end}")
    ]
    if not any(re.search(r"^(#+ |={4,})", page, re.MULTILINE) for page in pages):
        yield Finding("holds no guide", "docs")
    drawn = re.compile(
        r"```(mermaid|plantuml|dot)|@startuml|graphviz::|uml::|!\[.*\]\(.*\.(svg|png)"
    )
    drawings = "docs/**/*.{}"
    ends = ("svg", "png", "drawio", "puml", "mmd", "dot")
    if not any(map(drawn.search, pages)) and not any(
        service.has(drawings.format(end)) for end in ends
    ):
        yield Finding("holds no diagram, such as one of mermaid", "docs")


@check("ast", "a function makes the application, with a lifespan")
def _factory(service: Service) -> Iterator[Finding]:
    made = applications(service)
    if not made:
        yield Finding("nothing makes a FastAPI application")
    for module, call in made:
        inside = any(call in ast.walk(each) for each in top_level(module))
        if not inside:
            said = "makes the application when it is imported; use a create_app()"
            yield Finding(said, module.path, call.lineno)
        if not any(keyword.arg == "lifespan" for keyword in call.keywords):
            yield Finding(
                "makes the application without a lifespan", module.path, call.lineno
            )


@check("ast", "what domains share holds no routes, tables and services")
def _shared_is_shared(service: Service) -> Iterator[Finding]:
    tables = places(modules_of(service.models))
    for module in service.modules:
        if not {"shared", "common"}.intersection(module.parts[:1]):
            continue
        for held, there in (
            ("routes", module in service.routers),
            ("a table", module.name in tables),
            ("a service", module in service.services),
        ):
            if there:
                yield Finding(f"holds {held}; that belongs to a domain", module.path)


@check("ast", "a class lies in a module that is named after what it does")
def _roles_in_place(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        for suffix, words in _ROLES.items():
            place = "/".join(each.module.parts)
            if each.name.endswith(suffix) and not any(word in place for word in words):
                said = f"{each.name} lies outside of the modules for {words[0]}s"
                yield Finding(said, each.module.path, each.node.lineno)


@check("path", "the code is arranged in one way: in layers, or by business domain")
def _arranged(service: Service) -> Iterator[Finding]:
    if service.layout is None:
        said = "is arranged neither in layers (api, services) nor by business domain"
        yield Finding(said, service.resolve("{package}"))
    elif service.layout == "layered":
        for name in service.domains:
            if name not in {"api", "routers", "routes"}:
                said = "is a package by domain beside layers"
                yield Finding(said, service.resolve(f"{{package}}/{name}"))


@check("path", "no package holds one layer of several domains")
def _no_layers(service: Service) -> Iterator[Finding]:
    for name in sorted(_LAYERS):
        for found in service.glob(f"{{package}}/{name}"):
            yield Finding("is a package by layer beside domains", found)


@check("ast", "settings, schemas of the API and entities have modules of their own")
def _data_apart(service: Service) -> Iterator[Finding]:
    settings = places(modules_of(service.subclasses("BaseSettings")))
    stored = {
        node.id
        for module in service.repositories
        for function in module.functions
        for node in (ast.walk(function.returns) if function.returns else ())
        if isinstance(node, ast.Name)
    }
    edge = places(
        modules_of([each for each in service.schemas if _EDGE.fullmatch(each.name)])
    )
    for each in service.schemas:
        is_entity = each.name in stored and not _EDGE.fullmatch(each.name)
        if _EDGE.fullmatch(each.name) and each.module.name in settings:
            said = f"the schema {each.name} stands among settings"
        elif is_entity and each.module.name in edge:
            said = f"the entity {each.name} stands among what the API takes and returns"
        else:
            continue
        yield Finding(said, each.module.path, each.node.lineno)


def _hooks(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(repo, dict)
            and repo.get("repo")
            and repo.get("hooks")
            and all("id" in hook for hook in repo["hooks"])
            for repo in value
        )
    )


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "LAY-04": (_package_below_src,),
    "LAY-05": (
        path(
            "{package}/api|{package}/routers|{package}/routes",
            "{package}/services",
            "{package}/repositories|{package}/crud",
            "{package}/models",
            "{package}/schemas",
            "{package}/core",
            "{package}/main.py|{package}/core/main.py",
        ).when(layered),
    ),
    "LAY-06": (_versioned_routers,),
    "LAY-09": (_repositories_have_a_base,),
    "LAY-10": (_models_in_place,),
    "LAY-11": (_schemas_without_tables,),
    "LAY-12": (
        path("{package}/core/config.py|{package}/config.py"),
        _settings_in_config,
    ),
    "LAY-13": (
        path(
            "{package}/core/security.py|{package}/core/security|{package}/security.py"
            "|{package}/security|{package}/core/auth.py"
        ),
    ),
    "LAY-14": (
        path(
            "{package}/core/database.py|{package}/core/db.py|{package}/database.py"
            "|{package}/db.py|{package}/db"
        ),
        _engine_without_models,
    ),
    "LAY-15": (
        path("{package}/core/log*.py|{package}/log*.py|{package}/core/log*"),
        _logs_everywhere,
    ),
    "LAY-16": (
        path(
            "{package}/exceptions.py|{package}/*/exceptions.py|{package}/errors.py"
            "|{package}/*/errors.py"
        ),
        _own_exceptions,
    ),
    "LAY-17": (path("{package}/middleware*|{package}/*/middleware*"),),
    "LAY-19": (_factory,),
    "LAY-20": (path("migrations/env.py|alembic/env.py|migrations/atlas.sum"),),
    "LAY-21": (
        path("tests/unit", "tests/integration", "tests/e2e", "tests/conftest.py"),
    ),
    "LAY-22": (path("docs"), _explained),
    "LAY-23": (ignored("logs/app.log", "logs/error.log.1"),),
    "LAY-24": (
        path(".env.example"),
        ignored(".env", ".env.prod", keeps=[".env.example"]),
    ),
    "LAY-25": (
        ignored(
            ".venv/bin/python",
            "package/__pycache__/module.pyc",
            "service.egg-info/PKG-INFO",
            "build/lib",
            "dist/service.whl",
            ".coverage",
            "coverage.xml",
            "htmlcov/index.html",
            ".mypy_cache/entry",
            ".pytest_cache/entry",
            ".ruff_cache/entry",
            ".rumdl_cache/entry",
            ".idea/workspace.xml",
            "src/package/.module.py.swp",
            "src/package/module.py~",
            ".DS_Store",
            keeps=["src/package/module.py", "tests/test_module.py", "uv.lock"],
        ),
    ),
    "LAY-26": (
        yaml(".pre-commit-config.yaml", "repos", _hooks, "lists hooks, each by its id"),
    ),
    "LAY-27": (path("alembic.ini").when(depends_on("alembic")),),
    "LAY-28": (
        toml("project.name", bool, "names the project"),
        toml("tool", bool, "configures the tools"),
    ),
    "LAY-29": (path("uv.lock"), agreeing_lock),
    "LAY-30": (path("README.md"),),
    "LAY-31": (path("LICENSE|LICENSE.txt|LICENSE.md|LICENCE|COPYING"),),
    "LAY-32": (
        path("{package}/shared|{package}/common").when(domain),
        _shared_is_shared.when(domain),
        contracted(
            "What domains share knows no domain", "what is shared imports no domain"
        ).when(domain),
    ),
    "LAY-34": (path("scripts"),),
    "LAY-35": (path(".github/workflows/*.y*ml"),),
    "LAY-38": (_roles_in_place, _arranged, _no_layers.when(domain)),
    "LAY-40": (_data_apart,),
}
