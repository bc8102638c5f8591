"""The quiz at the end of a lesson: as many tries as one likes, and every choice has an answer of its own.

A question is a small widget of native radio buttons or check boxes, since ipywidgets' own lose the arrow keys
to JupyterLab and have neither a name for the group nor a place from which a screen reader reads the answer.
"""

from pathlib import Path
from string import ascii_lowercase

import anywidget
import ipywidgets
import traitlets

from mirlab.errors import StoreError
from mirlab.lessons import progress
from mirlab.lessons.card import Card, Points, inline

HERE = Path(__file__).parent


class Asked(anywidget.AnyWidget):
    """One question on the screen.

    Parameters
    ----------
    question : Question
        What is asked.
    number : int
        Its place in the quiz.
    lesson : str
        The number of the lesson.

    Attributes
    ----------
    chosen : list of int
        The choices taken; the learner's screen and Python both set it.
    checks : int
        How often the button was pressed; `check` is what it does.
    card : Card or None
        What was answered last.
    """

    _esm = HERE / "quiz.js"
    _css = HERE / "quiz.css"
    question = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)
    checks = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)

    def __init__(self, question, number: int, lesson: str):
        self.asked, self.name, self.lesson, self.card = question, f"question {number}", lesson, None
        text = f"<strong>Question {number}.</strong> {inline(_text(question))}"
        choices = [inline(choice.text) for choice in question.choices]
        shown = {"text": text, "choices": choices, "several": question.several, "name": self.name}
        super().__init__(question=shown)
        self.observe(lambda _: self.check(), "checks")

    def check(self) -> Card:
        """Answer the choices taken; if they are right, keep that the question is solved."""
        taken = [self.asked.choices[i] for i in sorted(self.chosen)]
        right = taken == [choice for choice in self.asked.choices if choice.right]
        if not taken:
            self.card = Card("not attempted", self.name, "Take a choice, then press Check.")
        elif self.asked.several:
            said = Points(f"{choice.text}: {choice.feedback}" for choice in taken)
            more = "" if right or not all(choice.right for choice in taken) else "There is more to take."
            self.card = Card("right" if right else "wrong", self.name, said, more)
        else:
            self.card = Card("right" if right else "wrong", self.name, taken[0].feedback)
        if right:
            try:
                progress.record(self.lesson, f"question:{self.asked.name}")
            except StoreError as error:
                self.card.parts.append(str(error))
        self.answer = self.card.html(role="note")
        return self.card


class Quiz:
    """All questions of a lesson.

    Parameters
    ----------
    lesson : Lesson
        The lesson whose questions are asked.

    Attributes
    ----------
    asked : list of Asked
        One a question.
    """

    def __init__(self, lesson):
        self.asked = [Asked(question, i, lesson.number) for i, question in enumerate(lesson.questions, 1)]
        self.widget = ipywidgets.VBox(self.asked)

    def __repr__(self) -> str:
        """Give the questions as text, for where no widget can be shown."""
        lines = []
        for i, asked in enumerate(self.asked, 1):
            lines.append(f"Question {i}. {_text(asked.asked)}")
            for letter, choice in zip(ascii_lowercase, asked.asked.choices, strict=False):
                lines.append(f"   {letter}) {choice.text}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs) -> dict:
        return self.widget._repr_mimebundle_(**kwargs) | {"text/plain": repr(self)}


def _text(question) -> str:
    return question.text + (" Take all that apply." if question.several else "")
