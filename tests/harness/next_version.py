"""The next version of the template: what versions change, done to the working tree.

A change that does not find what it changes says so: then let it change something else.
"""

import re
from pathlib import Path

from harness.team import append, edit, substitute, write

CLOCK = '''\
"""The time, from one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)
'''

CLOCK_TEST = '''\
"""The clock."""

from {{ package_name }}.core.clock import now


def test_now_knows_its_zone() -> None:
    assert now().tzinfo is not None
'''

OUTDATED = """
  outdated:
    desc: List the packages that have newer versions
    cmds:
      - uv tree --outdated --depth 1
"""

# Where the new table is in each layout, as the other tables of the kernel have it.
PLACES = """
bookmarks:
  type: yaml
  when: false
  default: |
    {% if layout == 'domain' %}
    model: bookmarks/models
    {% else %}
    model: models/bookmark
    {% endif %}
"""

BOOKMARK = '''\
"""The table of bookmarks."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from {{ package_name }}.{{ place.base_model | replace('/', '.') }} import Record


class BookmarkModel(Record):
    """Where somebody wants to go on."""

    __tablename__ = "bookmarks"

    place: Mapped[str] = mapped_column(String(200))
'''

QUESTION = """
strict_coverage:
  type: bool
  help: Demand that tests run every line?
  default: false
  ask: "{{ preset == 'custom' }}"
"""


def change(source: Path) -> None:
    """Turn a template into its next version.

    Args:
        source: the template's root.
    """
    template = source / "template"
    package = template / "src" / "{{ package_name }}"
    bump_dependency(template)
    edit_middleware(package)
    add_table(source, package)
    add_setting(template, package)
    append(template / "Taskfile.yml.jinja", OUTDATED)
    ask(source, template)
    add_module(template, package)
    (template / "tests" / "unit" / "test_print_migrations.py").unlink()
    change_pages(template)


def bump_dependency(template: Path) -> None:
    """Demand the version of a package that was tested."""
    tested = (template / "tested-versions.txt").read_text("utf-8")
    found = re.search(r"(?m)^uvicorn==(\S+)$", tested)
    assert found, "tested-versions.txt has no uvicorn"
    floor = re.compile(r'"uvicorn\[standard\]>=[\d.]+"')
    substitute(
        template / "pyproject.toml.jinja", floor, f'"uvicorn[standard]>={found[1]}"'
    )


def edit_middleware(package: Path) -> None:
    """Let middleware of the kernel do something else."""
    [middleware] = package.rglob("request_log.py.jinja")
    edit(middleware, "{1,128}", "{1,64}")


def add_table(source: Path, package: Path) -> None:
    """Add a table to the kernel, in either layout."""
    append(source / "copier.yml", PLACES)
    write(package / "{{ bookmarks.model }}.py.jinja", BOOKMARK)
    domain = "{% if layout == 'domain' %}bookmarks{% endif %}"
    write(package / domain / "__init__.py", '"""Where people want to go on."""\n')


def add_setting(template: Path, package: Path) -> None:
    """Add a setting, and give another one a new default."""
    settings = package / "core" / "setting_groups.py.jinja"
    edit(
        settings,
        "max_overflow: int = Field(default=20",
        "max_overflow: int = Field(default=22",
    )
    edit(
        settings,
        "    connect_timeout_seconds",
        "    statement_timeout_seconds: float = Field(default=30, gt=0)\n"
        "    connect_timeout_seconds",
    )
    edit(
        template / ".env.example.jinja",
        "# Statements that take longer",
        "# After which a statement is stopped.\nDATABASE_STATEMENT_TIMEOUT_SECONDS=30\n"
        "# Statements that take longer",
    )


def ask(source: Path, template: Path) -> None:
    """Ask a new question, whose default changes nothing."""
    edit(source / "copier.yml", "\nuses_redis:\n", f"{QUESTION}\nuses_redis:\n")
    edit(
        template / "pyproject.toml.jinja",
        "fail_under = 90",
        "fail_under = {{ 100 if strict_coverage else 90 }}",
    )


def add_module(template: Path, package: Path) -> None:
    """Add a module and its test."""
    write(package / "core" / "clock.py", CLOCK)
    write(template / "tests" / "unit" / "test_clock.py.jinja", CLOCK_TEST)


def change_pages(template: Path) -> None:
    """Add to pages, also to those that a project owns, or may have deleted."""
    for name in ("README.md", "docs/your-first-resource.md", "docs/extending.md"):
        append(template / f"{name}.jinja", "\n## What is new\n\nA clock.\n")
