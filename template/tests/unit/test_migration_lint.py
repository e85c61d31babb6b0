"""What the lint refuses in migrations, and what it lets pass."""

from pathlib import Path

import pytest

from scripts.migration_lint import SECTIONS, Finding, judged, lint
from scripts.statements import PROJECT, Statement

REFUSED = [
    ("adding-field-with-default", "ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()"),
    ("adding-foreign-key-constraint", "ALTER TABLE t ADD c bigint REFERENCES o (id)"),
    ("adding-not-nullable-field", "ALTER TABLE t ALTER c SET NOT NULL"),
    ("adding-required-field", "ALTER TABLE t ADD c text NOT NULL"),
    ("adding-serial-primary-key-field", "ALTER TABLE t ADD PRIMARY KEY (c)"),
    (
        "ban-concurrent-index-creation-in-transaction",
        "CREATE INDEX CONCURRENTLY i ON t (c)",
    ),
    ("ban-drop-column", "ALTER TABLE t DROP c"),
    ("ban-drop-constraint", "ALTER TABLE t DROP CONSTRAINT c"),
    ("ban-drop-not-null", "ALTER TABLE t ALTER c DROP NOT NULL"),
    ("ban-drop-table", "DROP TABLE t"),
    ("changing-column-type", "ALTER TABLE t ALTER c TYPE text"),
    ("constraint-missing-not-valid", "ALTER TABLE t ADD CHECK (c > 0)"),
    ("disallowed-unique-constraint", "ALTER TABLE t ADD UNIQUE (c)"),
    ("renaming-column", "ALTER TABLE t RENAME c TO d"),
    ("renaming-table", "ALTER TABLE t RENAME TO u"),
    ("require-concurrent-index-creation", "CREATE INDEX i ON t (c)"),
    ("require-concurrent-index-deletion", "DROP INDEX i"),
    ("rows-at-once", "UPDATE t SET c = 1"),
    ("rows-at-once", "DELETE FROM t WHERE c = 1"),
    ("rows-at-once", "INSERT INTO t (c) SELECT c FROM u"),
    ("rows-at-once", "WITH u AS (SELECT 1) UPDATE t SET c = 1"),
    ("rows-at-once", "DO $$ BEGIN LOOP UPDATE t SET c = 1; END LOOP; END $$"),
    ("rows-beside-tables", "CREATE TABLE t (c text)\nINSERT INTO t (c) VALUES ('a')"),
    ("syntax-error", "ALTER TABL t"),
]
LET_PASS = [
    "CREATE TABLE t (c text NOT NULL)\nCREATE INDEX i ON t (c)",
    "ALTER TABLE t ADD c integer DEFAULT 0 NOT NULL",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID",
    "ALTER TABLE t VALIDATE CONSTRAINT k",
    "COMMIT\nCREATE INDEX CONCURRENTLY i ON t (c)\nBEGIN",
    "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM t $$",
    "WITH u AS (SELECT 'no UPDATE t') SELECT 1",
    "INSERT INTO t (c) VALUES ($$no SELECT here$$)",
    "DO $$ BEGIN LOOP UPDATE t SET c = 1; COMMIT; END LOOP; END $$",
]
DROP = "ALTER TABLE t DROP c"


def broken(folder: Path, *migrations: str) -> list[tuple[int, str]]:
    """Return the lines of migrations, a statement in each, with the rules they break."""
    statements = []
    for number, text in enumerate(migrations):
        file = folder / f"{number}.sql"
        file.write_text(text)
        for line, sql in enumerate(text.splitlines(), 1):
            if not sql.startswith("--"):
                statements.append(Statement(file, line, sql))
    return [(finding.line, finding.rule) for finding in lint(statements)]


@pytest.mark.parametrize(("rule", "sql"), REFUSED)
def test_danger_is_refused(tmp_path: Path, rule: str, sql: str) -> None:
    assert (len(sql.splitlines()), rule) in broken(tmp_path, sql)


@pytest.mark.parametrize("sql", LET_PASS)
def test_what_is_safe_is_let_pass(tmp_path: Path, sql: str) -> None:
    assert not broken(tmp_path, sql)


def test_table_of_an_earlier_migration_is_in_use(tmp_path: Path) -> None:
    first = "CREATE TABLE t (c text)\nDROP TABLE u"
    found = broken(tmp_path, first, "CREATE INDEX i ON t (c)")
    assert found == [(2, "ban-drop-table"), (1, "require-concurrent-index-creation")]


def test_comment_with_a_reason_lets_one_statement_pass(tmp_path: Path) -> None:
    mark = "-- squawk-ignore ban-drop-column -- unused since 1.4,\n-- as the log shows"
    assert not broken(tmp_path, f"{mark}\n{DROP}")
    mark_beside = "-- squawk-ignore ban-drop-column -- unused"
    assert not broken(tmp_path, f"{DROP}  {mark_beside}\nSELECT 1")
    assert broken(tmp_path, f"{mark}\n{DROP}\n{DROP}") == [(4, "ban-drop-column")]


def test_comment_may_name_several_rules(tmp_path: Path) -> None:
    rules = "constraint-missing-not-valid, disallowed-unique-constraint"
    sql = "ALTER TABLE t ADD UNIQUE (c)"
    assert not broken(tmp_path, f"-- squawk-ignore {rules} -- it is empty\n{sql}")


@pytest.mark.parametrize(
    "comment",
    [
        "squawk-ignore ban-drop-column",
        "squawk-ignore ban-drop-column --",
        "squawk-ignore",
    ],
)
def test_comment_without_rule_or_reason_is_refused(
    tmp_path: Path, comment: str
) -> None:
    found = broken(tmp_path, f"-- {comment}\n{DROP}")
    assert found == [(1, "squawk-ignore"), (2, "ban-drop-column")]


def test_comment_of_the_sql_counts_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "1.py"
    file.touch()
    found = lint([Statement(file, 1, f"-- squawk-ignore ban-drop-column\n{DROP}")])
    assert [finding.rule for finding in found] == ["ban-drop-column"]


def test_comment_that_nothing_needs_is_refused(tmp_path: Path) -> None:
    found = broken(tmp_path, "-- squawk-ignore ban-drop-table -- unused\nSELECT 1")
    assert found == [(1, "squawk-ignore")]


@pytest.mark.parametrize(
    ("rule", "page"),
    [
        ("ban-drop-column", "docs/migrations.md, Drop a column or a table"),
        ("ban-drop-type", "https://squawkhq.com/docs/ban-drop-type"),
    ],
)
def test_finding_names_its_place_and_a_page(rule: str, page: str) -> None:
    finding = Finding(PROJECT / "migrations" / "1.sql", 7, rule, "It is no good.")
    assert str(finding) == f"migrations/1.sql:7: {rule}: It is no good. See {page}."


def test_merged_migrations_can_be_left_out(tmp_path: Path) -> None:
    settings = tmp_path / "squawk.toml"
    settings.write_text('excluded_paths = ["migrations/1*.sql"]')
    names = ("10.sql", "11.sql", "21.sql")
    statements = [Statement(PROJECT / "migrations" / name, 1, DROP) for name in names]
    assert judged(statements, settings) == statements[2:]


def test_guide_has_the_sections_that_findings_name() -> None:
    guide = (PROJECT / "docs" / "migrations.md").read_text("utf-8")
    assert {f"## {each}" for each in SECTIONS.values()} <= {*guide.splitlines()}
