"""Judges a service: every row that has checks, each with its outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from plumb.check import CannotJudgeError, Check, Finding
from plumb.matrix import Requirement
from plumb.service import Service

type Outcome = Literal["met", "broken", "not judged", "not concerned"]

OUTCOMES: tuple[Outcome, ...] = ("met", "broken", "not judged", "not concerned")


@dataclass(frozen=True)
class Judgement:
    """What was found about one requirement in one service.

    Attributes:
        requirement: the row.
        findings: where the service departs from it.
        unknown: why part of it, or all, could not be judged.
        concerned: whether any of it applies to the service.
    """

    requirement: Requirement
    findings: Sequence[Finding] = ()
    unknown: Sequence[str] = ()
    concerned: bool = True

    @property
    def outcome(self) -> Outcome:
        """Broken where anything was found; met only where all could be judged."""
        if self.findings:
            return "broken"
        if self.unknown:
            return "not judged"
        return "met" if self.concerned else "not concerned"


def judge(
    service: Service,
    requirements: Iterable[Requirement],
    checks: Mapping[str, Sequence[Check]],
) -> Iterator[Judgement]:
    """Yield the judgement of each requirement, in their order.

    Args:
        service: the service.
        requirements: the rows to judge by.
        checks: the checks of each row, by its id.
    """
    for requirement in requirements:
        yield _judge(service, requirement, checks.get(requirement.id, ()))


def _judge(
    service: Service, requirement: Requirement, checks: Sequence[Check]
) -> Judgement:
    if not checks:
        return Judgement(requirement, unknown=[_without_check(requirement)])
    findings: list[Finding] = []
    unknown: list[str] = []
    concerned = False
    for check in checks:
        try:
            if check.applies(service):
                concerned = True
                findings += check.findings(service)
        except CannotJudgeError as error:
            unknown.append(str(error))
        except Exception as error:  # noqa: BLE001  one row must not end the others
            said = f"{type(error).__name__}: {error}".strip()
            unknown.append(f"the check itself failed, which is a bug: {said}")
    return Judgement(requirement, findings, unknown, concerned=concerned)


def _without_check(requirement: Requirement) -> str:
    if requirement.documented:
        return "for people to judge"
    if requirement.refused:
        return f"not asked for: {requirement.refused['why']}"
    return f"no check yet: it comes with {requirement.waits_for}"
