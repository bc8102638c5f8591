"""Predictions: what a learner expects before a result is shown, kept and shown again beside the result."""

from dataclasses import dataclass, field

from IPython.display import display

from mirlab.errors import LessonError, StoreError
from mirlab.lessons import progress
from mirlab.lessons.blank import Blank
from mirlab.lessons.compare import brief, plain
from mirlab.show.cards import Card


@dataclass
class Prediction:
    """One prediction: call it with the answer; `reveal` shows the answer beside the result.

    Attributes
    ----------
    name, question : str
        Its name in the lesson, and what is to be predicted.
    choices : list of str
        The words to choose from; empty if a number is predicted.
    unit : str
        What the number is, such as "accuracy, from 0 to 1"; empty if a word is predicted. If it ends in these
        words, no other number is kept.
    lesson : str
        The number of its lesson.
    """

    name: str
    question: str
    choices: list[str] = field(default_factory=list)
    unit: str = ""
    lesson: str = ""
    kept: str = ""

    def __post_init__(self):
        if bool(self.choices) == bool(self.unit):
            raise LessonError(f"prediction {self.name}: it needs `choices` or a `unit`, and not both")

    def __call__(self, answer) -> None:
        """Keep a prediction, and show what was kept.

        Parameters
        ----------
        answer : str or float
            One of the choices, or a number.
        """
        display(self.keep(answer))

    def keep(self, answer) -> Card:
        """Keep a prediction, and return the card that says so; a blank or an unknown word is not kept."""
        if isinstance(answer, Blank):
            return Card("not attempted", self._title, self.question, f"{self._form} in place of `TODO`.")
        known = {plain(choice): choice for choice in self.choices}
        word = known.get(plain(answer)) if isinstance(answer, str) else None
        if (self.choices and word is None) or (self.unit and not self._is_possible(answer)):
            comma = self.unit and "," in str(answer)
            advice = "Decimals follow a point, as in 0.5." if comma else ""
            return Card("wrong", self._title, f"{brief(answer)} cannot be kept. {self._form}.", advice)
        self.kept = word or f"{float(answer):g}"
        after = "You will see it again beside the result."
        try:
            progress.predict(self.lesson, self.name, self.kept)
        except StoreError as error:
            after = f"{after} {error}"
        return Card("prediction", self._title, f"You predict: {self.kept}.", after)

    def reveal(self, result) -> Card:
        """Return a card that shows the result beside the prediction.

        Parameters
        ----------
        result : str or float
            One of the choices, or a number.
        """
        kept = self.kept or progress.prediction(self.lesson, self.name)
        if self.unit and not _is_number(kept):  # another program wrote it
            kept = ""
        shown = result if self.choices else f"{float(result):.3g}"
        if self.choices and result not in self.choices:
            raise LessonError(f"prediction {self.name}: the result {result!r} is none of {self.choices}")
        if not kept:
            verdict = "You did not write a prediction."
        elif self.choices:
            verdict = "As you predicted." if plain(kept) == plain(result) else "It came out differently."
        else:
            verdict = f"You were off by {abs(float(kept) - float(result)):.2g} ({self.unit})."
        before = f"You predicted: {kept}." if kept else ""
        return Card("prediction", self._title, self.question, before, f"The result: {shown}.", verdict)

    def takes(self, answer: str) -> bool:
        """Return whether a text could have been kept as a prediction.

        Examples
        --------
        >>> one = Prediction("winner", "Which?", choices=["base", "tag"])
        >>> one.takes("tag"), one.takes("=1+1")
        (True, False)
        """
        return answer in self.choices if self.choices else self._is_possible(answer)

    def _is_possible(self, number) -> bool:
        return _is_number(number) and (not self.unit.endswith("from 0 to 1") or 0 <= float(number) <= 1)

    @property
    def _title(self) -> str:
        return self.name.replace("_", " ")

    @property
    def _form(self) -> str:
        if self.unit:
            return f"Write a number ({self.unit})"
        return f"Write one of {', '.join(f'`{choice!r}`' for choice in self.choices)}"


def _is_number(answer) -> bool:
    try:
        return abs(float(answer)) < float("inf")
    except (TypeError, ValueError, OverflowError):
        return False
