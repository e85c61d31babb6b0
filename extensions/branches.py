"""Records which branches of templates were rendered."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal, cast

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension

from extensions.lookup import extension

type Kind = Literal["if", "inline if"]


@dataclass(frozen=True, order=True)
class Condition:
    """One condition of a template: an `if`, an `elif` or an inline `if`.

    Attributes:
        template: the name of the template, which for a file is its path.
        line: the line of the condition, from 1.
        number: where it stands among the template's conditions, from 0.
        kind: how it is written.
    """

    template: str
    line: int
    number: int
    kind: Kind


@dataclass(frozen=True, order=True)
class Branch:
    """One way out of a condition.

    A false `if` leads to its `elif` or `else`, or to nothing: that counts too, because
    a condition that no answer ever makes false switches nothing.
    """

    condition: Condition
    outcome: bool

    def __str__(self) -> str:
        """Return the branch as `file:line: what was never seen`."""
        condition = self.condition
        state = "true" if self.outcome else "false"
        return (
            f"{condition.template}:{condition.line}: this {condition.kind} was "
            f"never {state}"
        )


class Branches(Extension):
    """Wraps each condition at compile time in a call that notes its outcome.

    Compiled templates keep reporting to the environment's instance, so add it before
    the environment compiles anything.
    """

    def __init__(self, environment: Environment) -> None:
        """Make the environment compile templates whose conditions report here."""
        super().__init__(environment)
        self._conditions: list[Condition] = []
        self._taken: set[Branch] = set()
        environment.code_generator_class = _ReportingCodeGenerator

    def declare(self, template: nodes.Template, name: str) -> None:
        """Make the conditions of a parsed template report their outcomes.

        Args:
            template: the syntax tree, changed in place.
            name: the template's name.
        """
        found: list[nodes.If | nodes.CondExpr] = [
            *template.find_all(nodes.If),
            *template.find_all(nodes.CondExpr),
        ]
        for number, node in enumerate(found):
            kind: Kind = "if" if isinstance(node, nodes.If) else "inline if"
            identity = nodes.Const(len(self._conditions))
            self._conditions.append(Condition(name, node.lineno, number, kind))
            node.test = self.call_method(
                "outcome", [identity, cast("nodes.Expr", node.test)], lineno=node.lineno
            )
            node.test.set_environment(self.environment)

    def outcome[T](self, identity: int, value: T) -> T:
        """Note the outcome of a condition, and return its value unchanged."""
        self._taken.add(Branch(self._conditions[identity], bool(value)))
        return value

    def taken(self) -> frozenset[Branch]:
        """Return the branches that were rendered."""
        return frozenset(self._taken)

    def missed(self, templates: Container[str]) -> list[Branch]:
        """Return the branches of compiled templates that no render took.

        Args:
            templates: the names of the templates to look at.
        """
        every = {
            Branch(condition, outcome)
            for condition in self._conditions
            for outcome in (True, False)
            if condition.template in templates
        }
        return sorted(every - self._taken)


class _ReportingCodeGenerator(CodeGenerator):
    def visit_Template(  # noqa: N802 - Jinja's visitors are named after nodes
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        if self.name is not None:
            extension(self.environment, Branches).declare(node, self.name)
        super().visit_Template(node, frame)
