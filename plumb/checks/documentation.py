"""What is written down for people, and whether it is true (DCS)."""

import ast
import json
import re
from collections.abc import Iterator, Mapping

from plumb.check import CannotJudgeError, Check, Finding, check
from plumb.checks.alerts import MONITORED, documented, runbooks
from plumb.checks.authentication import declared, secured, with_accounts
from plumb.checks.schemas import with_examples
from plumb.description import Document, described, lists
from plumb.kinds import openapi, operations, rules, shipped, text
from plumb.roles import routes
from plumb.service import Service, table

_README = "README.md"
_SUBSTANCE = re.compile(r"^(```|\||\d+\.|[-*] )", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_RECIPES = {
    "a resource or a route": r"route|endpoint|resource",
    "a table": r"table|model|entity",
    "a migration": r"migrat",
    "a setting": r"setting|configur",
    "a test": r"test",
}


# Files that describe an API.
KEPT = ("docs/api/*.json", "docs/**/*openapi*.json", "*openapi*.json")


@check("openapi", "a file of the repository describes the API as the service does")
def _kept(service: Service) -> Iterator[Finding]:
    if service.openapi is None:
        raise CannotJudgeError("needs the API's description: --openapi FILE")
    files = sorted({file for pattern in KEPT for file in service.glob(pattern)})
    kept: dict[tuple[str, str], object] = {}
    for file in files:
        for address, method, operation in operations(json.loads(service.read(file))):
            kept[address, method] = operation
    for each in described(service.openapi):
        if not each.operational and kept.get((each.address, each.method)) != each.part:
            said = f"{each} is not described as it is: write the file anew"
            yield Finding(said, (files or ["docs/api"])[0])


def _sections(page: str) -> Iterator[tuple[str, str]]:
    """Yield each heading of a page with what stands below it, sections included."""
    # A comment in a block of shell looks like a heading.
    plain = _BLOCK.sub(lambda block: block[0].replace("#", " "), page)
    headings = list(re.finditer(r"^(#+) (.+)$", plain, re.MULTILINE))
    for number, heading in enumerate(headings):
        later = (
            h.start() for h in headings[number + 1 :] if len(h[1]) <= len(heading[1])
        )
        yield heading[2], page[heading.end() : next(later, len(page))]


def _section(title: str, shows: str, *, names: str = "") -> Check:
    """Demand a section of the README with something to do or to look up in it.

    Args:
        title: a regular expression for its heading.
        shows: what it tells.
        names: a regular expression for what it has to name.
    """

    @check("text", f"the README tells {shows}")
    def judge(service: Service) -> Iterator[Finding]:
        found = [
            body
            for heading, body in _sections(service.read(_README))
            if re.search(title, heading, re.IGNORECASE)
        ]
        if not found:
            yield Finding(f"has no section that tells {shows}", _README)
        elif not any(_SUBSTANCE.search(b) and re.search(names, b) for b in found):
            yield Finding(f"hardly tells {shows}: give commands, or a table", _README)

    return judge


def _begins_with_purpose(readme: str) -> bool:
    start = re.match(r"\s*# [^\n]+\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)
    told = re.sub(r"^[ \t\[!#|<].*$", "", start[1] if start else "", flags=re.MULTILINE)
    return bool(told.strip())


@check("text", "the README names every variable of `.env.example`")
def _variables(service: Service) -> Iterator[Finding]:
    readme = service.read(_README)
    named = re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", service.read(".env.example"), re.M)
    if not named:
        yield Finding("lists no variable", ".env.example")
    for name in named:
        if not re.search(rf"\b{name}\b", readme):
            yield Finding(f"does not explain {name}", _README)


@openapi("each operation has a description")
def _operations_described(document: Document) -> Iterator[Finding]:
    for each in described(document):
        if not each.part.get("description", "").strip():
            yield Finding(f"{each} has no description: give its function a docstring")


@openapi("operations list the errors that what they take may lead to")
def _errors_listed(document: Document) -> Iterator[Finding]:
    for each in described(document):
        wanted = []
        if each.parameters or each.body is not None:
            wanted.append(("input that it refuses", {"400", "422", "4XX"}))
        if "{" in each.address:
            wanted.append(("what is not there", {"404", "410", "4XX"}))
        for what, statuses in wanted:
            if not statuses & each.responses.keys():
                yield Finding(f"{each} says nothing of {what}: add it to responses")


@openapi("the API's description tells the rate limits, and how lists are paged")
def _limits_told(document: Document) -> Iterator[Finding]:
    told = str(document.get("info", {}).get("description", ""))
    wanted = {"how many requests are allowed": r"rate.?limit|requests (a|an|per) "}
    if lists(document):
        wanted["how lists are paged"] = r"\bpages?\b|\bpaged|\bcursor"
    for what, pattern in wanted.items():
        if not re.search(pattern, told, re.IGNORECASE):
            yield Finding(f"does not tell {what}: add it to FastAPI(description=...)")


@check("ast", "every route is in the API's description, which nobody writes by hand")
def _generated(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        for route in routes(module):
            told = " ".join(map(ast.unparse, route.decorator_list))
            if "include_in_schema=False" in told:
                said = f"{route.name} is left out of the API's description"
                yield Finding(said, module.path, route.lineno)
    for pattern in ("openapi.y*ml", "swagger.*", "{package}/**/openapi.y*ml"):
        for path in service.glob(pattern):
            yield Finding("describes the API by hand: generate it", path)


@check("text", "what the README says of deployment names variables that there are")
def _current(service: Service) -> Iterator[Finding]:
    known = service.read(".env.example")
    for heading, body in _sections(service.read(_README)):
        if re.search(r"deploy", heading, re.IGNORECASE):
            for name in sorted(set(_VARIABLE.findall(body))):
                if name not in known:
                    said = f"tells to set {name}, which .env.example does not have"
                    yield Finding(said, _README)


@check("text", "links of the documentation lead to files that are there")
def _links(service: Service) -> Iterator[Finding]:
    for pattern in ("*.md", "docs/**/*.md"):
        for path in service.glob(pattern):
            for link in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", service.read(path)):
                if not (service.root / path).parent.joinpath(link).exists():
                    yield Finding(f"leads to {link}, which is not there", path)


@check("text", "breaking changes have their place in the changelog")
def _breaking(service: Service) -> Iterator[Finding]:
    changelog = service.read("CHANGELOG.md")
    if "[Unreleased]" not in changelog:
        yield Finding(
            "has no place for what comes next: ## [Unreleased]", "CHANGELOG.md"
        )
    pages = [changelog, service.read(_README), service.read("CONTRIBUTING.md")]
    # An option that is called so is another matter.
    word = re.compile(r"(?<!-)\bbreaking\b", re.IGNORECASE)
    if not any(map(word.search, pages)):
        said = "nobody reads how a change that breaks callers is marked"
        yield Finding(said, "CHANGELOG.md")


@check("text", "the set-up is told for Linux, macOS and Windows")
def _platforms(service: Service) -> Iterator[Finding]:
    pages = [_README, "CONTRIBUTING.md", *service.glob("docs/**/*set*up*.md")]
    told = "\n".join(map(service.read, pages))
    for system in ("Linux", "macOS", "Windows"):
        if system not in told:
            yield Finding(f"nobody reads how to set it up on {system}", _README)


@check("text", "recipes tell how to add what services need again and again")
def _recipes(service: Service) -> Iterator[Finding]:
    headings = "\n".join(
        heading
        for path in [_README, *service.glob("docs/**/*.md")]
        for heading, body in _sections(service.read(path))
        if "```" in body
    )
    for what, pattern in _RECIPES.items():
        if not re.search(pattern, headings, re.IGNORECASE):
            yield Finding(f"no recipe tells how to add {what}", "docs")


@check("toml", "a type checker is strict")
def _strict(service: Service) -> Iterator[Finding]:
    tool = table(service.manifest, "tool")
    strict = [
        tool.get("mypy", {}).get("strict") is True,
        tool.get("pyright", {}).get("typeCheckingMode") == "strict",
        tool.get("basedpyright", {}).get("typeCheckingMode") == "strict",
    ]
    if not any(strict):
        yield Finding("no type checker is strict: tool.mypy.strict", "pyproject.toml")


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "DCS-01": (text(_README, _begins_with_purpose, "says what the service is for"),),
    "DCS-02": (
        _section(r"quick ?start|set-?up|install|getting started", "how to set it up"),
    ),
    "DCS-03": (
        _section(
            r"config|environment|settings|variables", "how it is set up by variables"
        ),
        _variables,
    ),
    "DCS-04": (
        _section(
            r"\bAPI\b|endpoints|routes", "what the API offers", names=r"`?[A-Z]+ /|/\w+"
        ),
    ),
    "DCS-05": (_section(r"develop|contribut", "how to develop"),),
    "DCS-06": (_section(r"deploy", "how to deploy"),),
    "DCS-07": (_section(r"troubleshoot|faq|problems", "what to do if it fails"),),
    "DCS-08": (
        _section(r"layout|architecture|structure|overview", "how the code is arranged"),
    ),
    "DCS-09": (_operations_described,),
    "DCS-10": (with_examples,),
    "DCS-11": (_errors_listed,),
    "DCS-12": (declared.when(with_accounts), secured.when(with_accounts)),
    "DCS-13": (_limits_told,),
    "DCS-14": (_breaking,),
    "DCS-15": (
        _generated,
        shipped(
            "tests/integration/test_application.py"
            "::test_docs_are_served_outside_production_only",
            "the service gives its own description where that is wanted",
        ),
    ),
    "DCS-18": (_kept,),
    "DCS-21": (_current, _links),
    "DCS-22": (_platforms,),
    "DCS-23": (runbooks.when(MONITORED),),
    "DCS-24": (documented.when(MONITORED),),
    "DCS-29": (_recipes,),
    "DCS-33": (_strict, rules("ANN001", "ANN201")),
}
