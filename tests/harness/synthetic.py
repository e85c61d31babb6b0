"""Small templates made for one test, mostly broken ones."""

from collections.abc import Mapping
from pathlib import Path

QUESTIONS = """\
_subdirectory: template
_envops:
  undefined: jinja2.StrictUndefined
  keep_trailing_newline: true
package_name: {type: str, default: acme, validator: "{% if not package_name %}no{% endif %}"}
preset: {type: str, choices: [standard, custom], default: standard}
layout:
  type: str
  choices: {Layered: layered, Domain: domain}
  default: layered
  ask: "{{ preset == 'custom' }}"
with_example: {type: bool, default: true, ask: "{{ preset == 'custom' }}"}
place:
  type: yaml
  when: false
  default: "main: {% if layout == 'domain' %}core/main{% else %}main{% endif %}"
"""
"""A questionnaire with one question of each kind."""


def write(
    folder: Path, files: Mapping[str, str | bytes], questions: str = QUESTIONS
) -> Path:
    """Write a template and return its folder.

    Args:
        folder: where to write it; made if missing.
        files: contents by path from the template's root.
        questions: its `copier.yml`.
    """
    for path, content in {"copier.yml": questions, **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
