"""Services whose dependencies are out of order (DEP)."""

from collections.abc import Mapping

from conformance.changes import Change, Edit, Remove, Spoiled, Write

MANIFEST = "pyproject.toml"
TASKS = "Taskfile.yml"
CI = ".github/workflows/ci.yml"
BOT = ".github/dependabot.yml"
NO_OTHER_BOT = Remove("renovate.json")
STALE = Spoiled(
    Edit(MANIFEST, '"typer>=', '"httpx>=1",\n    "typer>='),
    says="does not know httpx",
)
PIP = Spoiled(
    Edit(CI, "uv sync --locked", "pip install ."), says="`pip install` goes around"
)
NO_TASKS = Edit(CI, "uv run task", "true")


def _without_task(line: str) -> Change:
    return Edit(TASKS, line, "true")


def _older(package: str, version: str) -> Spoiled:
    """Allow an older version, and lock one."""
    return Spoiled(
        Edit(
            "uv.lock",
            f'name = "{package}"\nversion = "',
            f'name = "{package}"\nversion = "{version}"\nnewer = "',
        ),
        Edit(MANIFEST, f'"{package}>=', f'"{package}>={version}", "another>='),
        says=(
            f"pyproject.toml: {package} is {version}, older than",
            f"uv.lock: {package} is {version}, older than",
        ),
    )


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "DEP-01": (
        Spoiled(Remove("uv.lock"), says="uv.lock is missing"),
        Spoiled(Write("requirements-dev.txt", "pytest\n"), says="requirements-dev.txt"),
        PIP,
    ),
    "DEP-02": (
        Spoiled(Edit(MANIFEST, "[project]", "[tool.poetry]"), says="has no name"),
    ),
    "DEP-04": (
        Spoiled(
            Edit(MANIFEST, '"typer>=', '"pytest>=9",\n    "typer>='), says="uv add"
        ),
    ),
    "DEP-05": (
        STALE,
        Spoiled(
            Edit(CI, "uv sync --locked", "uv sync"),
            NO_TASKS,
            says="refuses a stale lock",
        ),
    ),
    "DEP-06": (
        Spoiled(Edit(".gitignore", "/dist/", "*.lock"), says="ignores uv.lock"),
    ),
    "DEP-07": (PIP,),
    "DEP-08": (
        Spoiled(Write("setup.cfg", "[mypy]\n"), says="does not belong"),
        Spoiled(Edit(MANIFEST, "[tool.", "[tools."), says="tool is there"),
    ),
    "DEP-10": (
        Spoiled(Edit(TASKS, "uv run mypy", "mypy"), says="calls mypy by itself"),
    ),
    "DEP-11": (
        Spoiled(Edit("README.md", "uv sync --locked", "uv sync"), says="add --locked"),
        Spoiled(
            Edit(CI, "uv sync --locked", "uv sync"), says="installs what is locked"
        ),
        Spoiled(
            Edit(TASKS, "--with pylint==", "--with pylint>="),
            Edit(TASKS, "uvx pip-audit==", "uvx pip-audit "),
            says=("takes any pylint", "takes any pip-audit"),
        ),
    ),
    "DEP-12": (Spoiled(Edit("uv.lock", "hash = ", "sum = "), says="or no hashes"),),
    "DEP-14": (
        Spoiled(Edit(BOT, "monthly", "yearly"), says="yearly only"),
        Spoiled(
            Edit(CI, "  pull_request:\n", ""), says="does not run on pull requests"
        ),
        Spoiled(
            Edit(TASKS, "pytest tests -n auto --cov", "pytest tests/unit --cov"),
            says="only some of the tests",
        ),
    ),
    "DEP-16": (Spoiled(_without_task("uv tree --outdated"), says="newer versions"),),
    "DEP-17": (Spoiled(Edit("CHANGELOG.md", "## ", ""), says="each version"),),
    "DEP-18": (
        Spoiled(
            Edit(BOT, "ecosystem: uv", "ecosystem: npm"),
            NO_OTHER_BOT,
            says="Python packages",
        ),
        Spoiled(
            Edit("README.md", "security updates", "updates"),
            NO_OTHER_BOT,
            says="which are a switch",
        ),
    ),
    "DEP-19": (
        Spoiled(
            Edit(TASKS, "licenses", "others"),
            Edit(CI, "licenses", "others"),
            says="looks at the licences",
        ),
        Spoiled(Edit(CI, "uv run task licenses", "true"), says="refuses licences"),
        Spoiled(Edit(MANIFEST, "allow-only =", "seen ="), says="no list says"),
    ),
    "DEP-20": (
        Spoiled(Edit(CI, "uv run task audit", "true"), says="known vulnerabilities"),
    ),
    "DEP-21": (Spoiled(_without_task("uv tree --locked"), says="shows the tree"),),
    "DEP-22": (
        Spoiled(
            Edit(MANIFEST, '["error"]', '["error", "ignore::DeprecationWarning"]'),
            says="ignore::DeprecationWarning lets deprecated calls pass",
        ),
    ),
    "DEP-23": (_older("fastapi", "0.110"),),
    "DEP-24": (_older("pydantic", "2.10"),),
    "DEP-25": (_older("pydantic-settings", "2.3"),),
    "DEP-26": (
        Spoiled(
            Edit(MANIFEST, "sqlalchemy[asyncio]", "sqlalchemy"),
            says="without its asyncio",
        ),
    ),
    "DEP-27": (_older("alembic", "1.13"),),
    "DEP-28": (
        Spoiled(
            Edit(
                "pyproject.toml", '    "redis[hiredis]>=8.1",\n', '    "redis>=8.1",\n'
            ),
            Edit("pyproject.toml", '    "structlog>=26.1",\n', ""),
            says=("redis[hiredis] is no", "structlog is no"),
        ),
    ),
    "DEP-29": (
        Spoiled(
            Edit(MANIFEST, '    "hypothesis>=', '    "quickcheck>='),
            Edit(MANIFEST, '    "pytest-cov>=', '    "pytest-mock>='),
            says=("there is no hypothesis", "there is no pytest-cov"),
        ),
    ),
    "DEP-30": (
        Spoiled(Edit(MANIFEST, "build-backend =", "backend ="), says="a build backend"),
        Spoiled(
            Edit(MANIFEST, "\nrequires =", "\nneeds ="), says="what the build needs"
        ),
    ),
}
