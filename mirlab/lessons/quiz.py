"""The quiz at the end of a lesson: any number of tries, and feedback on every choice.

A question is a widget of native radio buttons or check boxes. Those of ipywidgets lose the arrow keys to
JupyterLab, and they have neither a name for the group nor a region that a screen reader reads aloud.
"""

from string import ascii_lowercase

import ipywidgets
import traitlets

from mirlab.errors import StoreError
from mirlab.lessons import progress
from mirlab.show.cards import Card, Points, inline
from mirlab.show.controls import Described, Widget, check_choice
from mirlab.show.language import said


def shown(question, number: int) -> dict:
    """Return what the page of a question shows, in the learner's language.

    Parameters
    ----------
    question : Question
        The question.
    number : int
        Its place in the quiz.
    """
    more = f" {said('Choose all that apply.')}" if question.several else ""
    return {
        "title": said(f"Question {number}."),
        "check": said("Check"),
        "name": said(f"Check question {number}"),
        "text": said(question.text) + more,
        "choices": [said(choice.text) for choice in question.choices],
        "several": question.several,
    }


class Asked(Widget):
    """One question on the screen.

    Parameters
    ----------
    question : Question
        The question.
    number : int
        Its place in the quiz.
    lesson : str
        The number of the lesson.

    Attributes
    ----------
    chosen : list of int
        The choices that are selected; the screen and Python both set it.
    checks : int
        How often the button was pressed; `check` answers.
    card : Card or None
        The last answer.
    """

    question = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)
    checks = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)

    def __init__(self, question, number: int, lesson: str):
        self.asked, self.name, self.lesson, self.card = question, f"question {number}", lesson, None
        super().__init__(question=shown(question, number))
        self.observe(lambda _: self.check(), "checks")

    @traitlets.validate("chosen")
    def _as_offered(self, proposal):
        """Keep each choice once, in their order."""
        chosen = sorted(set(proposal["value"]))
        for i in chosen:
            check_choice("chosen", i, range(len(self.asked.choices)), traitlets.TraitError)
        return chosen

    def __repr__(self) -> str:
        """Return the question as text, for places without widgets."""
        lines = [f"{self.question['title']} {self.question['text']}"]
        choices = zip(ascii_lowercase, self.question["choices"], strict=False)
        return "\n".join(lines + [f"   {letter}) {choice}" for letter, choice in choices])

    def seen(self) -> str:
        """Return the question with its choices, for places without widgets."""
        title = f"<strong>{self.question['title']}</strong> {inline(self.question['text'])}"
        choices = "".join(f"<li>{inline(choice)}</li>" for choice in self.question["choices"])
        return f'<div><p>{title}</p><ol type="a">{choices}</ol>{self.answer}</div>'

    def check(self) -> Card:
        """Judge the choices that are selected; if they are right, record the question as solved."""
        taken = [self.asked.choices[i] for i in self.chosen]
        right = taken == [choice for choice in self.asked.choices if choice.right]
        if not taken:
            self.card = Card("not attempted", self.name, "Choose an answer, then press Check.")
        elif self.asked.several:
            feedback = Points(f"{said(choice.text)}: {said(choice.feedback)}" for choice in taken)
            more = "" if right or not all(choice.right for choice in taken) else "There is more to take."
            self.card = Card("right" if right else "wrong", self.name, feedback, more)
        else:
            self.card = Card("right" if right else "wrong", self.name, taken[0].feedback)
        if taken:
            try:
                progress.judged(self.lesson, f"question:{self.asked.name}", right=right)
            except StoreError as error:  # the answer is still right
                self.card.parts += [str(error)] * right
        self.answer = self.card.html(role="note")
        return self.card


class Quiz(Described, ipywidgets.VBox):
    """All questions of a lesson.

    Parameters
    ----------
    lesson : Lesson
        The lesson of the quiz.

    Attributes
    ----------
    asked : list of Asked
        Its questions.
    """

    def __init__(self, lesson):
        self.asked = [Asked(question, i, lesson.number) for i, question in enumerate(lesson.questions, 1)]
        super().__init__(self.asked)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.asked))

    def seen(self) -> str:
        """Return all questions."""
        return "".join(question.seen() for question in self.asked)
