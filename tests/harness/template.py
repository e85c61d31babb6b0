"""Reads a template's files and renders them one by one, without Copier's file handling.

A render through Copier costs a quarter of a second, a single file a millisecond; what
makes the short way right is the test that both give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import jinja2
from copier._main import Worker
from copier._user_data import CAST_STR_TO_NATIVE
from jinja2.ext import Extension

from extensions.lookup import extension
from extensions.static_reads import StaticReads
from harness.answers import Answer, Answers
from harness.questionnaire import Questionnaire
from harness.render import snapshot

type Context = Mapping[str, Any]


class UnknownVariableError(ValueError):
    """A template file reads a variable that nothing defines."""


class Template:
    """A template and the Jinja environment in which Copier renders it.

    Attributes:
        source: the template's root, which holds `copier.yml`.
        questionnaire: what `copier.yml` asks.
        environment: Copier's own environment, with `StaticReads` and the extensions
            given added.
    """

    def __init__(
        self,
        source: Path,
        *extensions: type[Extension],
        destination: Path = Path("service"),
    ) -> None:
        """Open the template in the folder `source`.

        Args:
            source: a template folder that is no git repository.
            extensions: what to add to the environment.
            destination: the project's folder, whose name is the default of some
                answers; nothing is written.
        """
        self.source = source
        self.questionnaire = Questionnaire.read(source)
        self._worker = Worker(
            src_path=str(source), dst_path=destination, defaults=True, quiet=True
        )
        self.environment = self._worker.jinja_env
        # Before anything is compiled: an extension may change how that is done.
        kinds: tuple[type[Extension], ...] = (StaticReads, *extensions)
        for kind in kinds:
            self.environment.add_extension(kind)
        self._names: dict[str, list[jinja2.Template]] = {}
        self._computed: dict[tuple[object, ...], object] = {}

    @cached_property
    def files(self) -> list[str]:
        """The paths of the template's files, from `source`, as they are on disk."""
        root = self._worker.template_copy_root
        paths = {path for path in root.rglob("*") if path.is_file()}
        # Copier takes `name.jinja` rather than its plain namesake.
        return sorted(
            path.relative_to(self.source.resolve()).as_posix()
            for path in paths
            if path.with_name(path.name + self._suffix) not in paths
        )

    @cached_property
    def defaults(self) -> Context:
        """The context of a render in which every answer is the default."""
        self._worker._ask()
        return self._worker._render_context()

    def context(self, answers: Answers) -> dict[str, Any]:
        """Return the variables of a render.

        Args:
            answers: what differs from the defaults. A default that depends on another
                answer is not computed anew: give both.

        Raises:
            UnknownAnswerError: an answer has a name that no question has.
        """
        self.questionnaire.check(answers)
        context = {**self.defaults, **answers}
        context["_copier_answers"] = {**self.defaults["_copier_answers"], **answers}
        for name in self.questionnaire.computed:
            key = (name, *(context[read] for read in sorted(self.computed_reads(name))))
            if key not in self._computed:
                self._computed[key] = self.compute(name, context)
            context[name] = self._computed[key]
        return context

    def path(self, file: str, context: Context) -> str | None:
        """Return where a template file lands in the project; None for nowhere."""
        parts = [part.render(context) for part in self._compiled_name(file)]
        return "/".join(parts) if all(parts) else None

    def paths(self, answers: Answers) -> list[str]:
        """Return the paths of a project."""
        context = self.context(answers)
        found = (self.path(file, context) for file in self.files)
        return sorted(path for path in found if path is not None)

    def body(self, file: str, context: Context) -> bytes:
        """Return what a template file becomes."""
        if not file.endswith(self._suffix):
            return (self.source / file).read_bytes()
        return self.environment.get_template(file).render(context).encode()

    def project(self, answers: Answers) -> dict[str, bytes]:
        """Return all files of a project by their paths."""
        context = self.context(answers)
        paths = {file: self.path(file, context) for file in self.files}
        return {path: self.body(file, context) for file, path in paths.items() if path}

    def reads(self, file: str) -> frozenset[str]:
        """Return the answers that a template file's name and body depend on.

        Raises:
            UnreadableSourceError: the file hides what it reads.
            UnknownVariableError: it reads a variable that nothing defines.
        """
        return self.answers_behind(self.variables(file), file)

    def variables(self, file: str) -> frozenset[str]:
        """Return the variables that a template file's name and body look up."""
        return frozenset().union(
            *(self._static.variables(text, name) for name, text in self._sources(file))
        )

    def sources(self, file: str) -> frozenset[str]:
        """Return the names of all sources that take part in a file's render.

        They are its name, its body, and the paths of the macro libraries and includes.
        """
        found: set[str] = set()
        for name, text in self._sources(file):
            found |= {name, *self._static.references(text, name)}
        return frozenset(found)

    def computed_reads(self, name: str) -> frozenset[str]:
        """Return the variables that a computed answer's default looks up."""
        default = self.questionnaire.computed[name].default
        return self._static.variables(str(default), computed_source(name))

    def compute(self, name: str, context: Context) -> object:
        """Return a computed answer."""
        question = self.questionnaire.computed[name]
        text = self._compile(str(question.default), computed_source(name))
        return CAST_STR_TO_NATIVE[question.type](text.render(context))

    def answers_behind(self, variables: Iterable[str], name: str) -> frozenset[str]:
        """Return the answers that decide the values of variables.

        Args:
            variables: names that a source looks up.
            name: the source's name, for errors.

        Raises:
            UnknownVariableError: nothing defines a variable.
        """
        found: set[str] = set()
        for variable in variables:
            if variable in self.questionnaire.computed:
                behind = self.computed_reads(variable)
                found |= self.answers_behind(behind, computed_source(variable))
            elif variable == "_copier_answers":
                found |= set(self.questionnaire.questions)
            elif variable in self.questionnaire.questions:
                found.add(variable)
            elif variable not in self.defaults:
                raise UnknownVariableError(
                    f"{name}: reads {variable!r}, which is no question of copier.yml "
                    "and no variable of Copier's. Ask it, or define it in the file; an "
                    "included file cannot use the including file's variables."
                )
        return frozenset(found)

    @property
    def _static(self) -> StaticReads:
        return extension(self.environment, StaticReads)

    @property
    def _suffix(self) -> str:
        return self._worker.template.templates_suffix

    def _sources(self, file: str) -> Iterator[tuple[str, str]]:
        for part in self._name_parts(file):
            yield f"{file} (name)", part
        if file.endswith(self._suffix):
            yield file, (self.source / file).read_text(encoding="utf-8")

    def _name_parts(self, file: str) -> tuple[str, ...]:
        root = self._worker.template_copy_root
        path = (self.source.resolve() / file).relative_to(root)
        return Path(str(path).removesuffix(self._suffix)).parts

    def _compiled_name(self, file: str) -> list[jinja2.Template]:
        if file not in self._names:
            self._names[file] = [
                self._compile(part, f"{file} (name)") for part in self._name_parts(file)
            ]
        return self._names[file]

    def _compile(self, source: str, name: str) -> jinja2.Template:
        # `from_string` gives no name, and the recorders tell templates by it.
        code = self.environment.compile(source, name, name)
        return jinja2.Template.from_code(
            self.environment, code, self.environment.globals
        )


def computed_source(name: str) -> str:
    """Return how the source of a computed answer is called in reports."""
    return f"copier.yml ({name})"


@cache
def working_template() -> Template:
    """Return the template of the working tree, opened once per process."""
    return Template(snapshot())


def samples(template: Template, name: str) -> tuple[Answer, ...]:
    """Return answers to a question that differ as much as answers to it can.

    For a finite question they are all there are. For free text they are the default
    and, among the texts of `CANDIDATES` that the question's own validator accepts, the
    shortest, the longest and the oddest.
    """
    question = template.questionnaire.questions[name]
    if question.values:
        return question.values
    default: Answer = template.defaults[name]
    if question.type != "str":
        return (default,)
    accepted = [text for text in CANDIDATES if _accepts(template, name, text)]
    extremes = [
        choose(accepted, key=measure)
        for choose, measure in ((min, len), (max, len), (max, _oddity))
        if accepted
    ]
    return tuple(dict.fromkeys(chain([default], extremes)))


def _accepts(template: Template, name: str, text: str) -> bool:
    validator = template.questionnaire.questions[name].validator
    context = {**template.defaults, name: text}
    return not template.environment.from_string(validator).render(context).strip()


def _oddity(text: str) -> int:
    return sum(not character.isalnum() for character in text)


# Jinja's delimiters are left out: the files tier takes them for leftovers. The names
# sort first and last among any others, since a name decides where its imports go.
CANDIDATES = (
    "",
    "z",
    "a_package_name_of_just_forty_characters_",
    "a-distribution-name-of-forty-characters9",
    "someone.with-a-name+tag@mail.example.com",
    "https://git.example.com/team-one/a_repository.git",
    "Zoë O'Hara-Łukasz",
    "Zoë O'Hara & Söhne, Inc. (Design)",
    "Odd: \"quoted\", 'single', back\\slash \\d, # hash, ${x} %s <b>&amp; é — 100 % ?",
)
