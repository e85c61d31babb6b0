"""What an answer to the questionnaire is, and how it is written."""

from maintenance.questionnaire import Answer, Answers, text

__all__ = ["Answer", "Answers", "label", "text"]


def label(answers: Answers) -> str:
    """Return answers as a test's id: `layered-with_example=true`."""
    parts = [
        f"{name}={text(answer)}" if isinstance(answer, bool) else text(answer)
        for name, answer in answers.items()
    ]
    return "-".join(parts) or "defaults"
