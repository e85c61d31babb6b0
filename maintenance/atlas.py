"""Writes the sums of the migrations in SQL, as Atlas would, for every combination.

    uv run python -m maintenance.atlas

A sum depends on which of the migrations come before: each combination has its own.
"""

import hashlib
import sys
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAME = "{% if migrations == 'atlas' %}atlas.sum{% endif %}.jinja"
_CHOICES = (
    ("with_example and auth == 'jwt'", ("create_orders", "create_accounts")),
    ("with_example", ("create_orders",)),
    ("auth == 'jwt'", ("create_accounts",)),
)


def sums(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the text of `atlas.sum`.

    Args:
        files: names and contents, in the order in which they run.
    """
    running = hashlib.sha256()
    lines = []
    for name, content in files:
        running.update(name.encode() + content)
        lines.append((name, _encoded(running.digest())))
    whole = hashlib.sha256("".join(name + digest for name, digest in lines).encode())
    listed = "".join(f"{name} h1:{digest}\n" for name, digest in lines)
    return f"h1:{_encoded(whole.digest())}\n{listed}"


def source(folder: Path) -> str:
    """Return the template of `atlas.sum` for the migrations in a folder."""
    files = sorted(
        (path.name[path.name.index("%}") + 2 : path.name.index(".sql") + 4], path)
        for path in folder.glob("*.sql*")
    )

    def chosen(names: tuple[str, ...]) -> str:
        return sums(
            (name, path.read_bytes())
            for name, path in files
            if any(each in name for each in ("idempotency", "outbox", *names))
        )

    branches = [
        f"{{% {'elif' if number else 'if'} {condition} -%}}\n{chosen(names)}"
        for number, (condition, names) in enumerate(_CHOICES)
    ]
    return "".join([*branches, f"{{% else -%}}\n{chosen(())}", "{% endif -%}\n"])


def main() -> None:
    """Write the file."""
    folder = ROOT / "template" / "migrations"
    (folder / _NAME).write_text(source(folder), "utf-8")
    sys.stderr.write(f"atlas: {(folder / _NAME).relative_to(ROOT)} written\n")


def _encoded(digest: bytes) -> str:
    return b64encode(digest).decode()


if __name__ == "__main__":
    main()
