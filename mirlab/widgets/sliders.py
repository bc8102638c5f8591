"""Sliders of ipywidgets above a sentence and a picture, with a line that says when they are not answered."""

from html import escape

import ipywidgets

from mirlab.show.cards import show
from mirlab.show.controls import Described, Widget


class Line(Widget):
    """An empty line, in which the page reports that a picture is computed or that the kernel is gone.

    Its script also gives the sliders below it their names, for screen readers.
    """


class Sliders(Described, ipywidgets.VBox):
    """Sliders above a sentence and a picture; `draw` is called at the start and when a slider is released.

    Attributes
    ----------
    line : Line
        Says that a picture is computed.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, *sliders):
        self.line, self.sentence, self.picture = Line(), ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([self.line, *sliders, self.sentence, self.picture])
        for slider in sliders:
            slider.observe(self._moved, "value")
        self.draw()

    def _moved(self, _):
        self.line.requests += 1
        try:
            self.draw()
        finally:
            self.line.answered = self.line.requests

    def draw(self) -> None:
        """Show what the sliders are set to."""
        raise NotImplementedError

    def say(self, finding, sentence=""):
        """Show a finding, in bold type, and a sentence."""
        text = f"<strong>{escape(finding)}</strong> {escape(sentence)}"
        self.sentence.value = f'<div role="status">{text}</div>'

    def show(self, figure):
        """Show a figure with its words."""
        self.picture.value = show(figure)._repr_html_()

    def seen(self) -> str:
        """Return the sentence and the picture."""
        return self.sentence.value + self.picture.value


def slider(options, name, *, wide=30, **settings):
    """Return a slider that acts when it is released; `wide` is its width in em."""
    return ipywidgets.SelectionSlider(
        options=options,
        description=name,
        continuous_update=False,
        style={"description_width": f"{0.34 * wide:g}em"},
        layout={"width": f"{wide}em", "max_width": "100%"},
        **settings,
    )
