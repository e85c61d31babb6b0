"""Services that do not end in order (RES)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "RES-06": (
        Spoiled(
            Edit("{place[main]}.py", "        lifespan=lifespan,\n", ""),
            says="without a lifespan",
        ),
        Spoiled(
            Edit("{src}/cli.py", "        timeout_graceful_shutdown=30,\n", ""),
            Write("Dockerfile", 'FROM python:3.13-slim\nCMD ["uvicorn", "acme:app"]\n'),
            says="waits without end",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/e2e/test_serve.py::test_serve_answers_until_it_is_terminated": {
        "LOG-16": Spoiled(
            Edit(
                "{src}/core/logging.py", "StreamHandler(sys.stdout)", "StreamHandler()"
            )
        ),
        "LOG-31": Spoiled(
            Edit(
                "{src}/core/logging.py",
                '    json = settings.format == "json"\n',
                '    if settings.format == "json":\n        return\n    json = False\n',
            )
        ),
        "RES-06": Spoiled(
            Edit(
                "{place[main]}.py",
                '    logger.info("stopped")',
                '    raise OSError("the pool does not close")',
            )
        ),
    },
}
