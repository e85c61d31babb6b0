"""What a check is, and what it says of a service."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Self

from plumb.service import Service

type Kind = Literal[
    "path", "toml", "yaml", "text", "ast", "ruff", "contract", "test", "openapi"
]
type Judge = Callable[[Service], Iterable["Finding"]]
type Condition = Callable[[Service], bool]


@dataclass(frozen=True, order=True)
class Finding:
    """One place where a service departs from a requirement.

    Attributes:
        message: what is there, the rule, and the way on.
        path: the file, from the service's root with `/`; empty for the whole service.
        line: the line in it, from 1; 0 for the whole file.
        code: ruff's code, where ruff found it.
    """

    message: str
    path: str = ""
    line: int = 0
    code: str = ""

    def __str__(self) -> str:
        """Return the finding as compilers print theirs."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}" if place else self.message


class CannotJudgeError(Exception):
    """A check does not know; the message says what it lacks, and who can tell."""


@dataclass(frozen=True)
class Check:
    """Part of what a requirement asks, as far as a machine can tell.

    Attributes:
        kind: what it looks at.
        rule: what it demands, as a clause in the present tense, for the documentation.
        judge: yields the findings in a service, none if it conforms; raises
            `CannotJudgeError`.
        applies: whether the check concerns a service at all.
        node: the test or the import contract that must be there, whose work it is to
            tell; empty where the check tells itself.
    """

    kind: Kind
    rule: str
    judge: Judge
    applies: Condition = lambda _: True
    node: str = ""

    def when(self, condition: Condition) -> Self:
        """Return the check for the services of which the condition is true."""
        return replace(
            self, applies=lambda service: self.applies(service) and condition(service)
        )

    def findings(self, service: Service) -> list[Finding]:
        """Return the findings in a service, without repetition, in order.

        Raises:
            CannotJudgeError: the check does not know.
        """
        return sorted(set(self.judge(service)))


def check(kind: Kind, rule: str) -> Callable[[Judge], Check]:
    """Return a decorator that makes a check of a function which yields findings."""

    def decorate(judge: Judge) -> Check:
        return Check(kind, rule, judge)

    return decorate


def layered(service: Service) -> bool:
    """Whether the code is arranged in layers."""
    return service.layout == "layered"


def domain(service: Service) -> bool:
    """Whether the code is arranged by business domain."""
    return service.layout == "domain"


def with_file(path: str) -> Condition:
    """Return the condition that a file or folder of the service is there."""
    return lambda service: service.has(path)


def depends_on(*packages: str) -> Condition:
    """Return the condition that the service depends on one of these distributions."""
    return lambda service: any(name in service.requirements for name in packages)


def each(items: Iterable[str], say: Callable[[str], Finding]) -> Iterator[Finding]:
    """Yield a finding for each item."""
    return map(say, items)
