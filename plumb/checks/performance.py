"""What costs time and memory (PER)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.service import Service, last_name


@check("ast", "data classes have slots")
def _slots(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        for decorator in each.node.decorator_list:
            if last_name(decorator) != "dataclass":
                continue
            given = decorator.keywords if isinstance(decorator, ast.Call) else []
            if not any(
                keyword.arg == "slots" and ast.unparse(keyword.value) == "True"
                for keyword in given
            ):
                yield Finding(
                    f"{each.name} has a dictionary for each object: add slots=True",
                    each.module.path,
                    each.node.lineno,
                )


CHECKS: Mapping[str, tuple[Check, ...]] = {"PER-03": (_slots,)}
