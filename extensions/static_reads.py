"""Tells, without rendering, which variables a template source reads."""

from collections.abc import Iterator

from jinja2 import Environment, TemplateNotFound, meta, nodes
from jinja2.ext import Extension

type Reference = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport


class UnreadableSourceError(ValueError):
    """A source uses something that hides what it reads."""


class StaticReads(Extension):
    """Follows a source through its includes and macro libraries.

    Whatever decides which template is loaded has to be visible in the source, so a
    path must be a literal string, and a macro library gets what it needs as arguments.
    """

    def __init__(self, environment: Environment) -> None:
        """Remember what was read: many sources use the same few libraries."""
        super().__init__(environment)
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def variables(self, source: str, name: str) -> frozenset[str]:
        """Return the names that `source` looks up in its context.

        Args:
            source: a Jinja source.
            name: what to call it in errors, such as its path.

        Raises:
            UnreadableSourceError: a path is computed, a referenced file is missing,
                or a macro library would read the context.
        """
        if (source, name) not in self._known:
            self._known[source, name] = self._variables(source, name)
        return self._known[source, name]

    def references(self, source: str, name: str) -> frozenset[str]:
        """Return the paths that `source` loads, and those that they load.

        Args:
            source: a Jinja source.
            name: what to call it in errors, such as its path.

        Raises:
            UnreadableSourceError: as in `variables`.
        """
        found: set[str] = set()
        for node, path in _references(self._parse(source, name), name):
            found |= {path}
            found |= self.references(self._load(path, f"{name}:{node.lineno}"), path)
        return frozenset(found)

    def _variables(self, source: str, name: str) -> frozenset[str]:
        tree = self._parse(source, name)
        found = set(meta.find_undeclared_variables(tree))
        for node, path in _references(tree, name):
            read = self.variables(self._load(path, f"{name}:{node.lineno}"), path)
            if _passes_context(node):
                found |= read
            elif read:
                raise UnreadableSourceError(
                    f"{path}: reads {', '.join(sorted(read))} from the context, but "
                    f"{name}:{node.lineno} loads it without one. Make each a "
                    "parameter of the macro."
                )
        return frozenset(found)

    def _parse(self, source: str, name: str) -> nodes.Template:
        return self.environment.parse(source, name, name)

    def _load(self, path: str, where: str) -> str:
        if self.environment.loader is None:
            raise UnreadableSourceError(f"{where}: no loader to find {path!r} with.")
        try:
            return self.environment.loader.get_source(self.environment, path)[0]
        except TemplateNotFound:
            raise UnreadableSourceError(
                f"{where}: there is no {path!r}. Paths start at the repository's root, "
                "such as 'extensions/imports.jinja'."
            ) from None


def _references(tree: nodes.Template, name: str) -> Iterator[tuple[Reference, str]]:
    found: list[Reference] = [
        *tree.find_all(nodes.Extends),
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
    ]
    for node in found:
        path = node.template
        if not isinstance(path, nodes.Const) or not isinstance(path.value, str):
            raise UnreadableSourceError(
                f"{name}:{node.lineno}: the path is computed, so what the file reads "
                "cannot be known before a render. Write it as one literal string."
            )
        if isinstance(node, nodes.Import | nodes.FromImport) and node.with_context:
            raise UnreadableSourceError(
                f"{name}:{node.lineno}: {path.value!r} is imported `with context`, "
                "which hides what its macros read. Import it without, and pass "
                "arguments."
            )
        yield node, path.value


def _passes_context(node: Reference) -> bool:
    return isinstance(node, nodes.Extends) or (
        isinstance(node, nodes.Include) and node.with_context
    )
