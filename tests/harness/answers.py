"""What an answer to the questionnaire is, and how it is written."""

from collections.abc import Mapping

type Answer = str | bool
type Answers = Mapping[str, Answer]


def text(answer: Answer) -> str:
    """Return an answer as `copier copy -d name=...` takes it."""
    return str(answer).lower() if isinstance(answer, bool) else answer


def label(answers: Answers) -> str:
    """Return answers as a test's id: `layered-with_example=true`."""
    parts = [
        f"{name}={text(answer)}" if isinstance(answer, bool) else text(answer)
        for name, answer in answers.items()
    ]
    return "-".join(parts) or "defaults"
