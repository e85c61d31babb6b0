"""Services written in another style (STY)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

MANIFEST = "pyproject.toml"
CI = ".github/workflows/ci.yml"
BRANCHES = "".join(f"    if {n}:\n        print({n})\n" for n in range(51))
COMPLEX = f"def show(one, two, three, four, five, six):\n{BRANCHES}" + "".join(
    f"    if {n}:\n        return {n}\n" for n in range(7)
)
NO_DUPLICATES = Spoiled(Edit(CI, "task duplicates", "task test"), says="copied code")

LONG_COPIES = Spoiled(
    Edit(MANIFEST, "min-similarity-lines = 8", "min-similarity-lines = 500"),
    says="copies of less than 500 lines pass",
)


def _code(text: str) -> Write:
    return Write("{src}/core/added.py", f'"""Is added."""\n\n{text}')


def _setting(old: str, new: str, says: str) -> Spoiled:
    return Spoiled(Edit(MANIFEST, old, new), says=says)


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "STY-01": (
        Spoiled(
            _code(
                "NAME = 1 \n"
                "import os, sys\n"
                "class name:\n"
                "    \n"
                "    SHOW = lambda: None\n"
                "if NAME == None: show = lambda: 1\n"
                "try:\n    pass\nexcept:\n    pass\n"
            )
        ),
        _setting('"W", ', "", "W is not selected"),
    ),
    "STY-02": (
        Spoiled(_code("import os\n"), says="F401"),
        Spoiled(Edit(CI, "task check", "task test"), says="runs Ruff"),
    ),
    "STY-03": (
        Spoiled(_code("NUMBER = (1)\n"), says="as `ruff format` writes"),
        Spoiled(Edit(CI, "task check", "task test"), says="checks the format"),
    ),
    "STY-05": (_setting("line-length = 88", "line-length = 100", "is 88"),),
    "STY-07": (_setting('"py313"', '"py312"', "py312"),),
    "STY-08": (
        _setting(
            '"tests/**" =', '"src/**" = ["S", "DTZ"]\n"tests/**" =', "S is ignored"
        ),
    ),
    "STY-09": (_setting("ignore = [", 'ignore = ["B0",', "B0 is ignored"),),
    "STY-10": (_setting('"ARG", ', "", "ARG is not selected"),),
    "STY-11": (
        Spoiled(_code(COMPLEX)),
        _setting("max-args = 5\n", "", "max-args"),
        NO_DUPLICATES,
        LONG_COPIES,
    ),
    "STY-12": (_setting('"E501"', '"E502"', "holds E501"),),
    "STY-13": (
        Spoiled(
            _code("def show(name: str = Depends(str)) -> None:\n    pass\n"),
            says="annotate it",
        ),
    ),
    "STY-14": (_setting('"__init__.py" = ["F401"]', "", "F401"),),
    "STY-15": (
        Spoiled(_code("import os\nimport ast\n")),
        _setting(
            'known-first-party = ["acme", ', "known-first-party = [", "lacks acme"
        ),
    ),
    "STY-16": (
        _setting(
            "[tool.ruff.lint]",
            "[tool.ruff.format]\nquote-style = 'single'\n\n[tool.ruff.lint]",
            "is single",
        ),
    ),
    "STY-17": (
        Spoiled(
            _code(
                "someThing = 1\n\n\n"
                "def showName(firstName: str) -> None:\n"
                "    lastName = firstName\n\n\n"
                "class Box:\n    someSize = 1\n"
            ),
            Write("{src}/core/Added-More.py", '"""Has an odd name."""\n'),
        ),
    ),
    "STY-18": (
        Spoiled(
            _code("class some_thing:\n    pass\n\n\nclass Lost(Exception):\n    pass\n")
        ),
    ),
    "STY-19": (Spoiled(_code("limit = 3\n"), says="write LIMIT"),),
    "STY-20": (
        Spoiled(_code("import os\n\nos._private()\n")),
        Spoiled(
            _code("class Box:\n    def __open(self) -> None:\n        pass\n"),
            says="__open is mangled",
        ),
    ),
    "STY-21": (
        Spoiled(
            _code("l = 1\n\n\nclass I:\n    pass\n\n\ndef O() -> None:\n    pass\n")
        ),
        Spoiled(
            _code("def show(x: int) -> int:\n    return x\n"), says="x says nothing"
        ),
    ),
    "STY-22": (
        Spoiled(
            Write("{src}/middleware/added.py", "def wrap() -> None:\n    pass\n"),
            says="wrap is a loose function",
        ),
    ),
    "STY-23": (
        Spoiled(
            _code("def show() -> None:\n" + "    print()\n" * 50), says="has 51 lines"
        ),
    ),
    "STY-24": (Spoiled(_code("# more\n" * 499), says="has 501 lines"),),
    "STY-25": (
        Spoiled(
            _code(
                "def one():\n"
                "    def two():\n"
                "        def three():\n"
                "            def four():\n"
                "                pass\n"
            ),
            says="four lies 3 functions deep",
        ),
    ),
    "STY-26": (Spoiled(_code("def show(size: int) -> bool:\n    return size > 42\n")),),
    "STY-27": (
        Spoiled(
            _code("".join(f"class Box{n}:\n    pass\n\n\n" for n in range(4))),
            says="defines 4 classes",
        ),
    ),
    "STY-28": (Spoiled(_code("from pprint import pprint\n\nprint(1)\npprint(1)\n")),),
    "STY-29": (
        Spoiled(
            _code(
                "import os\n\n# value = compute(1)\n\n\n"
                "def show() -> None:\n    left = 1\n"
            )
        ),
    ),
    "STY-31": (Spoiled(_code(COMPLEX)),),
    "STY-32": (NO_DUPLICATES, LONG_COPIES),
}
