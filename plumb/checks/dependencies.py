"""What a service depends on, and how that is kept in order (DEP)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plumb.check import CannotJudgeError, Check, Finding, check, depends_on
from plumb.checks.authentication import with_accounts
from plumb.checks.caching import with_cache
from plumb.checks.pipeline import whole_suite
from plumb.commands import ci_runs, everywhere, in_ci, offers, triggers
from plumb.kinds import absent, path, text, toml
from plumb.service import Service, table

_OTHER_MANAGER = re.compile(
    r"(?<![\w/.-])((uv )?pip3? (install|sync|uninstall|compile)"
    r"|(poetry|pdm|pipenv|conda|mamba|rye) (add|install|sync|lock|remove|update|run))\b"
)
_TOOL = re.compile(
    r"(alembic|bandit|black|celery|coverage|isort|lint-imports|mypy|pip-audit|pre-commit"
    r"|pylint|pyright|pytest|python3?|ruff|uvicorn)\b"
)
_LOOSE_SYNC = re.compile(r"\buv sync\b(?!.*--(locked|frozen))")
_FOR_DEVELOPMENT = frozenset(
    {"coverage", "hypothesis", "mypy", "pre-commit", "pylint", "pyright"}
)
_OLD_SETTINGS = (
    ".coveragerc",
    ".flake8",
    ".isort.cfg",
    ".pylintrc",
    ".ruff.toml",
    "mypy.ini",
    "pytest.ini",
    "ruff.toml",
    "setup.cfg",
    "tox.ini",
)
_WANTED = (
    *("hypothesis", "mypy", "pip-audit", "pre-commit", "pytest", "pytest-asyncio"),
    *("pytest-cov", "ruff"),
)
_BASE = frozenset(
    {"fastapi", "httpx|httpx2|aiohttp", "pydantic-settings", "sqlalchemy", "structlog"}
    | {"tenacity|stamina", "uvicorn[standard]"}
)
_FOR_ACCOUNTS = frozenset({"pydantic[email]|email-validator", "pyjwt"})
_BOT = ".github/dependabot.y*ml"
_OTHER_BOT = ("renovate.json*", ".github/renovate.json*", ".renovaterc*")


def _name(requirement: str) -> str:
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _packages(service: Service) -> Sequence[Mapping[str, Any]]:
    return list(service.toml("uv.lock").get("package", []))


@check("toml", "`uv.lock` knows the dependencies that `pyproject.toml` lists")
def agreeing_lock(service: Service) -> Iterator[Finding]:
    """Tell whether the lock was written after the last change of the dependencies."""
    roots = [
        each
        for each in _packages(service)
        if {"editable", "virtual"} & each.get("source", {}).keys()
    ]
    metadata = [each.get("metadata", {}) for each in roots]
    locked: dict[str, list[set[str]]] = {}
    for each in metadata:
        developing = each.get("requires-dev", {}).values()
        for listed in (each.get("requires-dist", []), *developing):
            for item in listed:
                bounds = _bounds(item.get("specifier", ""))
                locked.setdefault(_name(item["name"]), []).append(bounds)
    for name, requirement in sorted(service.requirements.items()):
        if name not in locked:
            yield Finding(f"does not know {name}; run `uv lock`", "uv.lock")
        elif _bounds(requirement) not in locked[name]:
            said = f"was written before {requirement} was asked for; run `uv lock`"
            yield Finding(said, "uv.lock")


def _bounds(requirement: str) -> set[str]:
    """Return `>=1` and `<2` for `name[extra] >=1, <2; marker`."""
    if " @ " in requirement:
        return set()
    versions = re.sub(r"\s", "", requirement.partition(";")[0])
    return set(re.findall(r"[<>=!~]=?=?[^,()<>=!~]+", versions))


@check("toml", "`pyproject.toml` describes a package, by PEP 621")
def _packaged(service: Service) -> Iterator[Finding]:
    tool = table(service.manifest, "tool")
    project = table(service.manifest, "project")
    for key in ("name", "version", "requires-python"):
        if key not in project and key not in project.get("dynamic", ()):
            yield Finding(f"[project] has no {key}", "pyproject.toml")
    if "poetry" in tool:
        yield Finding(
            "[tool.poetry] describes it; [project] is for that", "pyproject.toml"
        )
    if tool.get("uv", {}).get("package") is False:
        yield Finding(
            "tool.uv.package is off, so it cannot be installed", "pyproject.toml"
        )


@check("toml", "development tools are in a dependency group, pre-commit among them")
def _development_apart(service: Service) -> Iterator[Finding]:
    groups = table(service.manifest, "dependency-groups")
    grouped = {
        _name(item) for g in groups.values() for item in g if isinstance(item, str)
    }
    if "dev" not in groups or not groups["dev"]:
        yield Finding("there is no dependency group `dev`", "pyproject.toml")
    elif "pre-commit" not in grouped and "prek" not in grouped:
        yield Finding("pre-commit is in no dependency group", "pyproject.toml")
    for item in table(service.manifest, "project").get("dependencies", ()):
        name = _name(item)
        if name in _FOR_DEVELOPMENT or name.startswith(("pytest", "ruff", "types-")):
            said = f"{name} is a dependency of the service; move it with uv add --dev"
            yield Finding(said, "pyproject.toml")


@check("text", "git keeps `pyproject.toml` and `uv.lock`")
def _both_committed(service: Service) -> Iterator[Finding]:
    for name in ("pyproject.toml", "uv.lock"):
        if not service.has(name):
            yield Finding(f"{name} is missing")
        elif service.ignored.match_file(name):
            yield Finding(f"git ignores {name}", ".gitignore")


@check("text", "no automation and no page tells to use another manager than uv")
def _uv_only(service: Service) -> Iterator[Finding]:
    for place, number, line in _lines(service):
        if found := _OTHER_MANAGER.search(line):
            yield Finding(f"`{found[0]}` goes around uv and its lock", place, number)


@check("text", "environments are made from the lock as it is")
def _synced_from_lock(service: Service) -> Iterator[Finding]:
    for place, number, line in _lines(service):
        if _LOOSE_SYNC.search(line) and "UV_LOCKED" not in service.read(place):
            said = "`uv sync` may change the lock; add --locked"
            yield Finding(said, place, number)


def _lines(service: Service) -> Iterator[tuple[str, int, str]]:
    files = (
        "README.md",
        "CONTRIBUTING.md",
        "docs/**/*.md",
        "Dockerfile*",
        "Makefile",
        "justfile",
        "Taskfile*.y*ml",
        ".github/workflows/*.y*ml",
        ".gitlab-ci.yml",
        "scripts/*",
    )
    for file in files:
        for place in sorted(service.glob(file)):
            for number, line in enumerate(service.read(place).splitlines(), start=1):
                yield place, number, line


@check("yaml", "a tool from outside the lock is called with its exact version")
def _exact_tools(service: Service) -> Iterator[Finding]:
    for path_, line in everywhere(service):
        asked = re.findall(r"--(?:with|from)[= ]+(\w\S+)", line)
        asked += re.findall(r"(?:\buvx|\buv tool run) +([a-z]\S*)", line)
        for tool in asked:
            if not re.search(r"(==|@)v?\d", tool):
                yield Finding(f"takes any {tool}: name a version with ==", path_)


@check("yaml", "tasks, hooks and CI call tools through `uv run` or `uvx`")
def _through_uv(service: Service) -> Iterator[Finding]:
    for path_, line in everywhere(service):
        for part in re.split(r"&&|\|\||[;|]", line):
            if found := _TOOL.match(part.strip()):
                said = f"calls {found[1]} by itself; write `uv run {found[1]}`"
                yield Finding(said, path_)


@check("toml", "every package in `uv.lock` has its exact version and hashes")
def _hashed(service: Service) -> Iterator[Finding]:
    if not _packages(service):
        yield Finding("uv.lock is missing or empty")
    for package in _packages(service):
        if "registry" not in package.get("source", {}):
            continue
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        whole = files and all("hash" in file for file in files)
        if "version" not in package or not whole:
            yield Finding(f"{package['name']} has no version or no hashes", "uv.lock")


def _updates(service: Service) -> list[Mapping[str, Any]]:
    content = [table(service.yaml(path_)) for path_ in service.glob(_BOT)]
    updates = [each for bot in content for each in bot.get("updates", ())]
    return [each for each in updates if table(each).get("schedule")]


def _other_bot(service: Service) -> bool:
    return any(map(service.has, _OTHER_BOT))


@check("yaml", "a bot proposes updates of dependencies, monthly or more often")
def _proposed(service: Service) -> Iterator[Finding]:
    often = {"monthly", "weekly", "daily"}
    updates = _updates(service)
    if not updates and not _other_bot(service):
        yield Finding("no bot proposes updates; add .github/dependabot.yml")
    for each in updates:
        interval = each["schedule"].get("interval")
        if interval not in often:
            said = f"{each.get('package-ecosystem')} is looked at {interval} only"
            yield Finding(said, ".github/dependabot.yml")


@check("yaml", "a bot watches the packages, the actions of CI and the base images")
def _watched(service: Service) -> Iterator[Finding]:
    watched = {each.get("package-ecosystem") for each in _updates(service)}
    wanted = [("Python packages", {"uv", "pip"})]
    if service.has(".github/workflows"):
        wanted.append(("actions of CI", {"github-actions"}))
    if service.has("Dockerfile*"):
        wanted.append(("base images", {"docker"}))
    for what, ecosystems in wanted:
        if not watched & ecosystems and not _other_bot(service):
            yield Finding(f"no bot watches the {what}", ".github/dependabot.yml")


@check("text", "somebody is told to switch security updates on, or a bot does them")
def _secured(service: Service) -> Iterator[Finding]:
    pages = (
        service.read(found)
        for pattern in ("*.md", "docs/**/*.md", ".github/*.md")
        for found in service.glob(pattern)
    )
    told = re.compile(r"security\s+updates", re.IGNORECASE)
    if not _other_bot(service) and not any(map(told.search, pages)):
        said = "says nothing of Dependabot's security updates, which are a switch"
        yield Finding(said, "README.md")


@check("yaml", "CI runs the tests on every pull request")
def _tested_when_proposed(service: Service) -> Iterator[Finding]:
    workflows = service.glob(".github/workflows/*.y*ml")
    if not service.has(".gitlab-ci.yml") and not any(
        "pull_request" in triggers(table(service.yaml(each))) for each in workflows
    ):
        yield Finding("CI does not run on pull requests", ".github/workflows")
    if not any(re.search(r"\bpytest\b", command.line) for command in in_ci(service)):
        yield Finding("no step of CI runs pytest", ".github/workflows")


@check("toml", "the service is built on the packages that the standards name")
def _baseline(service: Service) -> Iterator[Finding]:
    wanted = {*_BASE, *(_FOR_ACCOUNTS if with_accounts(service) else ())}
    if with_cache(service):
        wanted.add("redis[hiredis]")
    for each in sorted(wanted):
        # `email-validator` is what the extra brings.
        if not any(_has(service, name) for name in each.split("|")):
            yield Finding(f"{each} is no dependency", "pyproject.toml")


def _has(service: Service, wanted: str) -> bool:
    name, _, extra = wanted.rstrip("]").partition("[")
    return extra in service.requirements.get(name, "") and name in service.requirements


def _newest(name: str, floor: str, *, extra: str = "", below: str = "") -> Check:
    """Demand a version of a package, of the lock and of the manifest's lower bound."""
    said = f"`{name}` is {floor} or newer" + (f", below {below}" if below else "")

    @check("toml", said + (f", with its {extra}" if extra else ""))
    def judge(service: Service) -> Iterator[Finding]:
        requirement = service.requirements.get(name)
        if not table(service.manifest, "project").get("dependencies"):
            raise CannotJudgeError("the dependencies are not listed in [project]")
        if requirement is None:
            yield Finding(f"{name} is no dependency", "pyproject.toml")
            return
        bound = re.search(r"(?:>=|~=|==|\^)\s*([\d.]+)", requirement)
        if bound is None:
            yield Finding(f"{name} has no lower bound", "pyproject.toml")
        versions = [(bound[1], "pyproject.toml")] if bound else []
        locked = [each for each in _packages(service) if each["name"] == name]
        versions += [(each.get("version", "0"), "uv.lock") for each in locked]
        for version, place in versions:
            if _parts(version) < _parts(floor):
                yield Finding(f"{name} is {version}, older than {floor}", place)
            if below and _parts(version) >= _parts(below):
                yield Finding(f"{name} is {version}, not below {below}", place)
        if extra and not re.search(rf"\[[^]]*\b{extra}\b", requirement):
            yield Finding(f"{name} comes without its {extra}", "pyproject.toml")

    return judge


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


@check("toml", "pytest fails on deprecated calls, the service's own and those below")
def _nothing_deprecated(service: Service) -> Iterator[Finding]:
    options = table(service.manifest, "tool", "pytest")
    options = options.get("ini_options", options)
    filters = options.get("filterwarnings", ())
    listed = [filters] if isinstance(filters, str) else list(filters)
    strict = [
        number
        for number, each in enumerate(listed, 1)
        if re.match(r"error(::\w*DeprecationWarning)?$", each)
    ]
    if not strict:
        said = 'deprecated calls pass the tests: filterwarnings = ["error"]'
        yield Finding(said, "pyproject.toml")
        return
    given = options.get("addopts", "")
    added = given if isinstance(given, str) else " ".join(given)
    later = [
        *listed[strict[-1] :],
        *re.findall(r"(?:-W|--pythonwarnings)[= ]*(\S+)", added),
    ]
    for each in later:
        action, message, category, module = [*each.split(":"), "", "", ""][:4]
        own = re.match(r"\W*(\w*)", module)
        if (
            action != "error"
            and not message
            and re.search(r"^$|DeprecationWarning$|^Warning$", category)
            and own
            and own[1] in {"", service.package}
        ):
            yield Finding(f"{each} lets deprecated calls pass", "pyproject.toml")
    if "no:warnings" in added:
        yield Finding("-p no:warnings lets deprecated calls pass", "pyproject.toml")


@check("toml", "a list says which licences are allowed")
def _licences_listed(service: Service) -> Iterator[Finding]:
    tool = table(service.manifest, "tool")
    lists = {
        "pip-licenses": ("allow-only", "fail-on"),
        "liccheck": ("authorized_licenses",),
        "licensecheck": ("only_licenses", "fail_licenses"),
    }
    told = any(
        table(tool, name).get(key) for name, keys in lists.items() for key in keys
    )
    given = re.compile(r"--(allow-only|fail-on|only-licenses|fail-licenses)\b")
    if not told and not any(given.search(line) for _, line in in_ci(service)):
        said = "no list says which licences are allowed: tool.pip-licenses.allow-only"
        yield Finding(said, "pyproject.toml")


@check("toml", f"{', '.join(_WANTED)} are at hand")
def _tools(service: Service) -> Iterator[Finding]:
    commands = [command.line for command in everywhere(service)]
    for name in _WANTED:
        called = re.compile(rf"\b{name}\b")
        if name not in service.requirements and not any(map(called.search, commands)):
            yield Finding(f"there is no {name}: uv add --dev {name}", "pyproject.toml")


# The floors of DEP-23 to DEP-27 move with those of the template.
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "DEP-01": (
        path("uv.lock"),
        absent(
            "Pipfile",
            "Pipfile.lock",
            "conda.y*ml",
            "environment.y*ml",
            "pdm.lock",
            "poetry.lock",
            "requirements*.txt",
            "requirements/*.txt",
        ),
        _uv_only,
    ),
    "DEP-02": (_packaged,),
    "DEP-04": (_development_apart,),
    "DEP-05": (
        agreeing_lock,
        ci_runs(r"uv lock --check|uv sync .*--locked", "refuses a stale lock"),
    ),
    "DEP-06": (_both_committed,),
    "DEP-07": (_uv_only,),
    "DEP-08": (absent(*_OLD_SETTINGS, "setup.py"), toml("tool", bool, "is there")),
    "DEP-10": (_through_uv,),
    "DEP-11": (
        _synced_from_lock,
        ci_runs(r"uv sync .*--(locked|frozen)", "installs what is locked"),
        _exact_tools,
    ),
    "DEP-12": (_hashed,),
    "DEP-14": (_proposed, _tested_when_proposed, whole_suite),
    "DEP-16": (
        offers(r"uv tree .*--outdated|list --outdated", "lists newer versions"),
    ),
    "DEP-17": (
        text(
            "CHANGELOG.md",
            lambda changes: re.search(r"^## ", changes, re.MULTILINE) is not None,
            "has a section for each version",
        ),
    ),
    "DEP-18": (_watched, _secured),
    "DEP-19": (
        offers(r"licen[cs]e", "looks at the licences"),
        ci_runs(r"licen[cs]e", "refuses licences that are not allowed"),
        _licences_listed,
    ),
    "DEP-20": (
        ci_runs(
            r"uv audit|pip-audit|osv-scanner|trivy", "looks for known vulnerabilities"
        ),
    ),
    "DEP-21": (offers(r"uv tree(?! .*--outdated)|pipdeptree", "shows the tree"),),
    "DEP-22": (_nothing_deprecated,),
    "DEP-23": (_newest("fastapi", "0.165"),),
    "DEP-24": (_newest("pydantic", "2.11.4", below="3"),),
    "DEP-25": (_newest("pydantic-settings", "2.16"),),
    "DEP-26": (_newest("sqlalchemy", "2.0", extra="asyncio"),),
    "DEP-27": (_newest("alembic", "1.20").when(depends_on("alembic")),),
    "DEP-28": (_baseline,),
    "DEP-29": (_tools,),
    "DEP-30": (
        toml("build-system.build-backend", bool, "names a build backend"),
        toml("build-system.requires", bool, "says what the build needs"),
    ),
}
