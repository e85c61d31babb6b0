"""A package index on this machine, so that locking needs neither network nor luck."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class PackageIndex:
    """Wheels without content, laid out as installers expect them.

    Attributes:
        url: the index's address.
    """

    def __init__(self, folder: Path, url: str) -> None:
        """Start with no packages.

        Args:
            folder: what is served.
            url: where it is served.
        """
        self.url = f"{url}/simple"
        self._folder = folder

    def publish(
        self, name: str, version: str, needs: Sequence[str] = (), python: str = ">=3.13"
    ) -> None:
        """Add a version of a package.

        Args:
            name: the package, without dashes.
            version: its version.
            needs: its requirements. A marker on `extra` declares the extra.
            python: the Python versions it runs on.
        """
        page = self._folder / "simple" / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        wheel = page.with_name(f"{name}-{version}-py3-none-any.whl")
        extras = {need.split("'")[1] for need in needs if "extra ==" in need}
        metadata = [
            "Metadata-Version: 2.3",
            f"Name: {name}",
            f"Version: {version}",
            f"Requires-Python: {python}",
            *(f"Requires-Dist: {need}" for need in needs),
            *(f"Provides-Extra: {extra}" for extra in sorted(extras)),
            "",
        ]
        information = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{information}/METADATA", "\n".join(metadata))
            archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\n")
            archive.writestr(f"{information}/RECORD", "")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        with page.open("a", encoding="utf-8") as links:
            links.write(f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>\n')


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve_packages(folder: Path) -> Iterator[PackageIndex]:
    """Serve an empty index on a free port of this machine.

    Args:
        folder: an existing folder for its files.
    """
    handler = partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), daemon=True
        )
        thread.start()
        try:
            yield PackageIndex(folder, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
