"""Services whose developers have to know every command (TSK)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled


def _task(old: str, new: str, says: str) -> Spoiled:
    return Spoiled(Edit("Taskfile.yml", old, new), says=f"no task {says}")


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "TSK-01": (_task("task --list", "task --help", "`default`"),),
    "TSK-02": (
        _task("uv sync", "uv tree", "installs the dependencies"),
        _task(" serve", " --help", "serves"),
        _task("uv run pytest", "uv run nothing", "tests"),
        _task(" --cov ", " ", "measures coverage"),
        _task("uv run ruff check\n", "uv run ruff linter\n", "checks the style"),
        _task("ruff check --fix", "ruff check", "mends the style"),
    ),
    "TSK-03": (
        _task("serve --reload", "serve", "serves with reloading"),
        Spoiled(
            Edit("{src}/cli.py", 'envvar="PORT"', 'envvar="DOOR"'),
            Edit("{src}/cli.py", 'envvar="HOST"', 'help="HOST"'),
            Edit("{src}/cli.py", "= 8000", "= 80"),
            says=("takes PORT", "takes HOST", "nothing serves on port 8000"),
        ),
    ),
    "TSK-04": (_task("--cov-report=html", "--cov-report=json", "shows the coverage"),),
    "TSK-05": (
        _task("alembic revision", "alembic history", "writes migrations"),
        Spoiled(
            Edit("Taskfile.yml", "alembic upgrade", "alembic stamp"),
            Edit("Taskfile.yml", "acme migrate", "acme look"),
            says="no task applies migrations",
        ),
        _task("alembic downgrade", "alembic current", "takes migrations back"),
    ),
    "TSK-06": (_task("ipython", "bpython", "starts IPython with the application"),),
    "TSK-08": (_task("--all-files", "--files", "runs the hooks on all files"),),
    "TSK-09": (_task("uv run mypy", "uv run true", "runs all checks"),),
    "TSK-10": (
        Spoiled(
            Edit(
                "README.md",
                "## Quick start\n",
                "## Quick start\n\nuv hooks .env docker\n\nmigrate serve\n\n## More\n",
            ),
            says=tuple(
                f"past {what} to a running service"
                for what in (
                    "the tools to install",
                    "the hooks",
                    "the settings",
                    "the services it needs",
                    "the migrations",
                    "the server",
                )
            ),
        ),
    ),
}
