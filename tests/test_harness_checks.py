"""Each check of a generated file fails on a file that breaks its rule."""

from pathlib import Path

import pytest

from extensions.branches import Branches
from extensions.lookup import extension
from extensions.recorded_reads import RecordedReads
from harness import hygiene, synthetic
from harness.linter import lint
from harness.ownership import CLASSES, Manifest, ManifestError
from harness.process import CommandFailedError
from harness.render import ROOT
from harness.template import Template
from harness.variants import assignments, lay_out, variants

NAMES = ("package_name", "layout")


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("a.md", "", "empty"),
        ("a.md", "a", "exactly one newline"),
        ("a.md", "a\n\n", "exactly one newline"),
        ("a.md", "\n", "exactly one newline"),
        ("a.md", "a\r\n", "carriage returns"),
        ("a.md", "a \nb\n", "line 1: trailing whitespace"),
        ("a.md", "{{ package_name }}\n", "'{{' is left from Jinja"),
        ("a.md", "b\n{% endif %}\n", "line 2: '{%' is left from Jinja"),
        ("a.md", "{# why #}\n", "'{#' is left from Jinja"),
        ("a.yml", "a: ${{ package_name }}\n", "'{{' is left from Jinja"),
        ("Taskfile.yml", "a: {{end_of_line}}\n", "'{{' is left from Jinja"),
        ("a.py", "{{package_name}}\n", "'{{package_name' is left from Jinja"),
        ("a.py", "{{ _copier_conf }}\n", "is left from Jinja"),
        ("a.py", "x = '{% if %}'\n", "'{%' is left from Jinja"),
        ("a.py", "# TODO: more\n", "TODO: a project starts"),
        ("a.py", "# FIXME\n", "FIXME: a project starts"),
        ("a.py", "# Rendered by Jinja.\n", "'jinja' betrays the template"),
        ("src/a.py", "# Plumbline\n", "'plumbline' betrays the template"),
        ("src/a.py", "# copier\n", "'copier' betrays the template"),
        ("README.md", "jinja\n", "'jinja' betrays the template"),
        ("a.md", f"{ROOT}\n", "is a path of the machine"),
        ("a.md", f"{Path.home()}/x\n", "is a path of the machine"),
        ("a.py", "x = (\n", "does not parse"),
        ("a.toml", "x = \n", "does not parse"),
        ("a.yaml", "x: [\n", "does not parse"),
        ("a.yml", "x: 1\ny: 2\nx: 3\n", "the key 'x' occurs twice"),
        ("a.json", "{,}\n", "does not parse"),
        ("a.ini", "x\n", "does not parse"),
    ],
)
def test_hygiene_finds(path: str, content: str, rule: str) -> None:
    """A file that breaks one rule has one finding or more, and that one is among them."""
    found = hygiene.findings(path, content.encode(), NAMES)

    assert any(rule in finding for finding in found), found


def test_hygiene_wants_utf_8() -> None:
    """Bytes of another encoding are reported, not raised."""
    assert hygiene.findings("a.md", b"\xe9\n") == ["not UTF-8"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("src/a/__init__.py", ""),
        ("src/a/py.typed", ""),
        ("Taskfile.yml", "a: '{{.CLI_ARGS}} {{ .TASK }} {{- .X }}'\n"),
        ("Taskfile.yml", "a: '{{range $id := .IDS}}-i {{$id}} {{end}}'\n"),
        (".github/workflows/ci.yml", "a: ${{ github.ref }}\n"),
        ("a.py", 'x = f"{{{1}}} {{ {2} }}"\n'),
        ("README.md", "Made with Plumbline: `copier update`.\n"),
        (".copier-answers.yml", f"_src_path: {ROOT}/plumbline\n"),
        ("uv.lock", 'name = "jinja2"\n'),
        ("a.yml", "a: 1\n---\na: 2\n"),
        ("a.ini", "[a]\nx = %(here)s/%%d\n"),
    ],
)
def test_hygiene_lets_pass(path: str, content: str) -> None:
    """What only looks like a breach is none."""
    assert not hygiene.findings(path, content.encode(), NAMES)


PYPROJECT = """\
[tool.ruff.lint]
select = ["F", "I"]
per-file-ignores = {"tests/**" = ["F401"]}
"""


def template(folder: Path, files: dict[str, str]) -> Template:
    """Return a synthetic template with all recorders, whose projects have ruff settings."""
    files = {"template/pyproject.toml": PYPROJECT, **files}
    return Template(synthetic.write(folder, files), RecordedReads, Branches)


def findings(folder: Path, files: dict[str, str]) -> dict[str, list[str]]:
    """Return ruff's findings about all variants of a template's Python files by path."""
    made = template(folder / "template", files)
    chosen = [
        variant
        for file in made.files
        for variant in variants(made, file)
        if variant.path.endswith(".py")
    ]
    layout = lay_out(made, chosen, folder / "projects")
    found = lint(folder / "projects")
    return {f"{layout[path].path}": rules for path, rules in found.items()}


def test_linter_finds_what_one_combination_breaks(tmp_path: Path) -> None:
    """A file that is right in one layout only is found in the other."""
    body = "{% if layout == 'domain' %}import os\n{% endif %}X = 1\n"

    found = findings(tmp_path, {"template/{{ place.main }}.py.jinja": body})

    assert list(found) == ["core/main.py"]
    assert "line 1: F401 `os` imported but unused" in found["core/main.py"]


def test_linter_finds_what_the_formatter_would_change(tmp_path: Path) -> None:
    """An unformatted file is found."""
    found = findings(tmp_path, {"template/a.py": "x = 1 +2\n"})

    assert found == {"a.py": ["line 1: unformatted File would be reformatted"]}


def test_linter_uses_the_projects_settings(tmp_path: Path) -> None:
    """Its rules for folders hold, and its own modules are told from others."""
    imports = "import zlib\n\nimport pytest\n\nimport tests.a\n"

    found = findings(
        tmp_path,
        {"template/tests/a.py": imports, "template/scripts/b.py": "import os\n"},
    )

    assert list(found) == ["scripts/b.py"]


def test_linter_refuses_wrong_settings(tmp_path: Path) -> None:
    """Settings that ruff cannot read are an error, not a clean result."""
    (tmp_path / "pyproject.toml").write_text('[tool.ruff]\nline-length = "x"\n')
    (tmp_path / "a.py").write_text("x = 1\n")

    with pytest.raises(CommandFailedError, match="line-length"):
        lint(tmp_path)


def test_variants_are_the_combinations_of_what_a_file_reads(tmp_path: Path) -> None:
    """No answer that a file does not read multiplies its variants."""
    made = template(
        tmp_path,
        {
            "template/none.txt": "none\n",
            "template/layout.txt.jinja": "{{ layout }}\n",
            "template/both.txt.jinja": "{{ layout }} {{ with_example }}\n",
            "template/{% if with_example %}name.txt{% endif %}": "name\n",
        },
    )
    counts = {
        file: (len(list(assignments(made, file))), len(list(variants(made, file))))
        for file in made.files
    }

    assert counts == {
        "template/both.txt.jinja": (4, 4),
        "template/layout.txt.jinja": (2, 2),
        "template/none.txt": (1, 1),
        "template/pyproject.toml": (1, 1),
        "template/{% if with_example %}name.txt{% endif %}": (2, 1),
    }


def test_branches_of_names_and_computed_answers_count(tmp_path: Path) -> None:
    """A branch that no combination reaches is reported, wherever it stands."""
    name = "template/{% if layout == 'flat' %}flat{% endif %}.txt.jinja"
    body = "\n{% if not package_name %}nameless{% endif %}\n"
    made = template(tmp_path, {name: "never\n", "template/a.txt.jinja": body})
    for file in made.files:
        for answers in assignments(made, file):
            context = made.context(answers)
            if made.path(file, context) is not None:
                made.body(file, context)

    recorded = extension(made.environment, Branches)
    missed = recorded.missed(
        {source for file in made.files for source in made.sources(file)}
    )

    assert [str(branch) for branch in missed] == [
        "template/a.txt.jinja:2: this if was never true",
        f"{name} (name):1: this if was never true",
    ]


MANIFEST = """\
template-owned: {rule: Merged., paths: {The kernel: [src/**], Settings: ['*.toml']}}
copy-only: {rule: Yours., paths: {You tell it: [README.md]}}
seed-once: {rule: Once., paths: {To copy from: [example/*.py]}}
shared-thin: {rule: Both., paths: {}}
"""


def manifest(folder: Path, content: str = MANIFEST) -> Manifest:
    """Return a synthetic manifest."""
    path = folder / "ownership.yml"
    path.write_text(content, encoding="utf-8")
    return Manifest.read(path)


def test_manifest_wants_one_class_for_each_path(tmp_path: Path) -> None:
    """None and two are both reported."""
    both = manifest(tmp_path, MANIFEST.replace("README.md", "README.md, src/a/b.py"))

    found = both.findings(["src/a/b.py", "src/a/c.py", "docs/a.md", "README.md"])

    assert [finding.partition(";")[0] for finding in found] == [
        "src/a/b.py: template-owned and copy-only",
        "docs/a.md: no class",
    ]


def test_manifest_wants_each_pattern_used(tmp_path: Path) -> None:
    """A pattern without a path is reported with its class."""
    found = manifest(tmp_path).unused(["src/a.py", "README.md", "a.toml"])

    assert found == ["seed-once: 'example/*.py' matches no generated path"]


@pytest.mark.parametrize(
    "content", ["[]", "template-owned: {}", f"{MANIFEST}more: {{}}"]
)
def test_manifest_wants_the_four_classes(tmp_path: Path, content: str) -> None:
    """A missing and an unknown class are errors."""
    with pytest.raises(ManifestError, match=", ".join(CLASSES)):
        manifest(tmp_path, content)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rule: Once., ", ""),
        ("{The kernel: [src/**], Settings: ['*.toml']}", "[src/**, '*.toml']"),
        ("[README.md]", "README.md"),
        ("[README.md]", "[]"),
    ],
)
def test_manifest_wants_a_rule_and_reasons(tmp_path: Path, old: str, new: str) -> None:
    """A class without a rule, and patterns without a reason, are errors."""
    assert old in MANIFEST

    with pytest.raises(ManifestError, match="below the reason"):
        manifest(tmp_path, MANIFEST.replace(old, new))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "",
            [
                "README.md: copy-only, but no `_exclude` on update of copier.yml "
                "matches it",
                "example/a.py: seed-once, but no `_skip_if_exists` of copier.yml "
                "matches it",
            ],
        ),
        (
            "_exclude: [\"{% if _copier_operation == 'update' %}*.md{% endif %}\"]\n"
            "_skip_if_exists: ['{{ package_name }}.toml', example]\n",
            [
                "acme.toml: matched by `_skip_if_exists` of copier.yml, but not "
                "seed-once",
            ],
        ),
    ],
)
def test_manifest_is_compared_with_what_copier_does(
    tmp_path: Path, settings: str, expected: list[str]
) -> None:
    """Both directions are reported, with the patterns rendered as Copier does."""
    source = synthetic.write(tmp_path, {}, settings + synthetic.QUESTIONS)
    paths = ["README.md", "acme.toml", "example/a.py", "src/a.py"]

    assert manifest(tmp_path).disagreements(source, {}, paths) == expected
