"""Who is called when, and what they then do (ALR)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check
from plumb.kinds import shipped
from plumb.service import Service, table

_RULES = ("**/*alert*.y*ml", "**/*rules*.y*ml")
_PAGES = ("docs/**/*runbook*", "docs/runbooks/**/*.md")
_TESTS = "tests/integration/test_monitoring.py"
_KINDS = {
    "of errors": r"5\.\.|5xx|error",
    "of slowness": r"quantile|duration|latency",
    "of outages": r"\bup\b|absent",
}
_SECURITY = {
    "of failed logins": r"401|403|login|auth",
    "of rate limits": r"429|rate_?limit",
}


def MONITORED(service: Service) -> bool:  # noqa: N802 - a condition, as a name
    """Whether the service is to have alerts: one of ours may be made without."""
    return bool(service.answers.get("with_monitoring", True))


def _alerts(service: Service) -> list[tuple[str, Mapping[Any, Any]]]:
    """Return the alerts of a service, each with the file that holds it."""
    files = dict.fromkeys(path for each in _RULES for path in service.glob(each))
    return [
        (path, rule)
        for path in files
        if isinstance(found := service.yaml(path), dict)
        for group in found.get("groups") or ()
        for rule in group.get("rules", ())
        if "alert" in rule
    ]


def _of(rule: str, kinds: Mapping[str, str]) -> Check:
    """Demand an alert of each kind, told by its name and its expression."""

    @check("yaml", rule)
    def judge(service: Service) -> Iterator[Finding]:
        texts = [f"{rule['alert']} {rule.get('expr')}" for _, rule in _alerts(service)]
        for kind, sign in kinds.items():
            if not any(re.search(sign, text, re.IGNORECASE) for text in texts):
                yield Finding(f"no alert tells {kind}")

    return judge


def _each(
    rule: str, holds: Callable[[Service, Mapping[Any, Any]], bool], lacks: str
) -> Check:
    """Demand something of every alert, and that there is one."""

    @check("yaml", rule)
    def judge(service: Service) -> Iterator[Finding]:
        alerts = _alerts(service)
        if not alerts:
            yield Finding("there are no alerts")
        for path, alert in alerts:
            if not holds(service, alert):
                yield Finding(f"{alert['alert']} {lacks}", path)

    return judge


def _has_runbook(service: Service, alert: Mapping[Any, Any]) -> bool:
    address = str(table(alert, "annotations").get("runbook_url", ""))
    page = re.search(r"docs/[^#]+", address)
    return service.has(page[0]) if page else address.startswith("https://")


@check("text", "Prometheus is told of an exporter of the datastore")
def exporters(service: Service) -> Iterator[Finding]:
    """Look for one in the configuration of Prometheus, or in Compose."""
    files = [*service.glob("**/prometheus*.y*ml"), *service.glob("**/*compose*.y*ml")]
    if not any(re.search(r"9187|exporter", service.read(file)) for file in files):
        yield Finding("no exporter tells of the database, such as postgres_exporter")


@check("yaml", "objectives for the 95th percentile and for errors are alerts")
def objectives(service: Service) -> Iterator[Finding]:
    """Look for both in the expressions of the alerts."""
    texts = [str(rule.get("expr")) for _, rule in _alerts(service)]
    for sign, name in ((r"0\.95", "the 95th percentile"), (r"5\.\.|5xx", "errors")):
        if not any(re.search(sign, text) for text in texts):
            yield Finding(f"no alert sets an objective for {name}")


@check("text", "a page tells how alerts and monitoring are set up")
def documented(service: Service) -> Iterator[Finding]:
    """Look for it in the README and in the pages."""
    pages = ["README.md", *service.glob("docs/**/*.md")]
    told = [service.read(page) for page in pages if service.has(page)]
    if not any("Prometheus" in page and "alert" in page.lower() for page in told):
        yield Finding("no page tells how to monitor the service")


@check("text", "there are runbooks, with steps to take")
def runbooks(service: Service) -> Iterator[Finding]:
    """Look for pages with numbered steps."""
    pages = [path for each in _PAGES for path in service.glob(each)]
    if not any(re.search(r"(?m)^1\. ", service.read(page)) for page in pages):
        yield Finding("no runbook tells step by step what to do", "docs")


_fire = shipped(
    f"{_TESTS}::test_alerts_fire_when_they_should",
    "each alert fires on series made for it, and not before its time",
).when(MONITORED)
_complete = shipped(
    f"{_TESTS}::test_alert_says_how_bad_it_is_and_what_to_do",
    "each alert has a severity, a time to wait, and a section of the runbooks",
).when(MONITORED)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ALR-01": (
        _of("alerts tell of errors, slowness and outages", _KINDS).when(MONITORED),
        _fire,
    ),
    "ALR-02": (
        _of("alerts tell of failed logins and rate limits", _SECURITY).when(MONITORED),
        _fire,
    ),
    "ALR-03": (
        _each(
            "each alert is a warning or critical",
            lambda _, alert: (
                table(alert, "labels").get("severity") in {"warning", "critical"}
            ),
            "is neither a warning nor critical: label its severity",
        ).when(MONITORED),
        _complete,
    ),
    "ALR-04": (
        _each(
            "each alert names a runbook that is there",
            _has_runbook,
            "leads to no runbook: annotate its runbook_url",
        ).when(MONITORED),
        _complete,
    ),
    "ALR-05": (
        _each(
            "each alert waits before it fires",
            lambda _, alert: bool(alert.get("for")),
            "fires at once: say for how long it must hold",
        ).when(MONITORED),
        _fire,
    ),
    "ALR-06": (documented.when(MONITORED),),
}
