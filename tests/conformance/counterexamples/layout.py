"""Services whose code lies in the wrong place (LAY)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "LAY-12": (Spoiled(Remove("{src}/core/config.py"), says="core/config.py"),),
    "LAY-24": (
        Spoiled(Remove(".env.example"), says=".env.example"),
        Spoiled(Edit(".gitignore", ".env", "env"), says="ignore .env"),
    ),
    "LAY-43": (
        Spoiled(
            Edit(
                "{orders[router]}.py", "from fastapi", "import sqlalchemy\nfrom fastapi"
            ),
            says="sqlalchemy",
        ),
    ),
}
BREACHES: Mapping[str, Spoiled] = {
    "Calls go from the API down to the models": Spoiled(
        Write("{src}/models/added.py", "import acme.services\n")
    ),
}
