"""Services that call nobody, or for nothing (ALR)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled

_ALERTS = "monitoring/alerts.yml"
_TESTS = "tests/integration/test_monitoring.py"
NO_EXPORTER = Spoiled(
    Edit("monitoring/prometheus.yml", "9187", "9000"),
    Edit("monitoring/prometheus.yml", "exporter", "tool"),
    says="no exporter",
)
NO_OBJECTIVES = Spoiled(Edit(_ALERTS, "0.95", "0.5"), says="95th percentile")
UNDOCUMENTED = Spoiled(
    Remove("docs/runbooks.md"),
    Edit("README.md", "Prometheus", "Something"),
    says="no page tells",
)
NO_RUNBOOKS = Spoiled(Remove("docs/runbooks.md"), says="no runbook")

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ALR-01": (
        Spoiled(
            Edit(_ALERTS, "up{", "down{"),
            Edit(_ALERTS, "absent", "present"),
            says="of outages",
        ),
    ),
    "ALR-02": (
        Spoiled(
            Edit(_ALERTS, '"429"', '"418"'),
            Edit(_ALERTS, "RateLimitHit", "TeaPot"),
            says="of rate limits",
        ),
    ),
    "ALR-03": (
        Spoiled(Edit(_ALERTS, "severity: critical", "severity: awful"), says="neither"),
    ),
    "ALR-04": (Spoiled(Remove("docs/runbooks.md"), says="leads to no runbook"),),
    "ALR-05": (Spoiled(Edit(_ALERTS, "        for: 2m\n", ""), says="fires at once"),),
    "ALR-06": (UNDOCUMENTED,),
}
_NEVER = Spoiled(Edit(_ALERTS, "> 0.05", "> 5"), says="FAILED")
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_alerts_fire_when_they_should": {
        "ALR-01": _NEVER,
        "ALR-02": Spoiled(Edit(_ALERTS, 'status="429"', 'status="418"'), says="FAILED"),
        "ALR-05": Spoiled(Edit(_ALERTS, "for: 15m", "for: 1m"), says="FAILED"),
    },
    f"{_TESTS}::test_alert_says_how_bad_it_is_and_what_to_do": {
        "ALR-03": Spoiled(Edit(_ALERTS, "severity: critical", "severity: awful")),
        "ALR-04": Spoiled(Edit("docs/runbooks.md", "## Latency", "## Slow")),
    },
}
