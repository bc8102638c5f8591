"""A learning curve that draws itself while a network is trained."""

import ipywidgets
from IPython.display import display

from mirlab import plots
from mirlab.show.cards import show
from mirlab.show.controls import Described


class GrowingCurve(Described, ipywidgets.VBox):
    """A picture and a sentence that follow training; made by `growing_curve`.

    Used in a ``with`` statement, it is shown at once, and shown again at the end, so that a saved notebook
    has the whole curve.

    Attributes
    ----------
    curves : dict of str to (list, list)
        Steps and values so far, by name.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, title, xlabel, ylabel):
        self.title, self.xlabel, self.ylabel, self.curves = title, xlabel, ylabel, {}
        self.sentence = ipywidgets.HTML('<div role="status">Training begins …</div>')
        self.picture = ipywidgets.HTML()
        self._shown = None
        super().__init__([self.sentence, self.picture])

    def __repr__(self) -> str:
        ends = [f"{name} {values[-1]:.2f}" for name, (_, values) in self.curves.items()]
        steps = max((at[-1] for at, _ in self.curves.values()), default=0)
        return f"<a curve that grows during training: {', '.join([f'{steps} {self.xlabel}s', *ends])}>"

    def add(self, step, **values) -> None:
        """Append values of one step, and draw the curves again.

        Parameters
        ----------
        step : float
            How far training is.
        **values : float
            One number per curve; an underscore in a name becomes a space.
        """
        for name, value in values.items():
            at, line = self.curves.setdefault(name.replace("_", " "), ([], []))
            at.append(step)
            line.append(float(value))
        said = ", ".join(f"{name} {line[-1]:.2f}" for name, (_, line) in self.curves.items())
        self.sentence.value = f'<div role="status">{self.xlabel} {step}: {said}</div>'
        figure = plots.line_chart(
            {"": self.curves}, xlabel=self.xlabel, ylabel=self.ylabel, title=self.title, ylim=(0, None)
        )
        self.picture.value = show(figure)._repr_html_()

    def __enter__(self):
        self._shown = display(self, display_id=True)
        return self

    def __exit__(self, *_):
        if self._shown is not None:  # there is nothing to update outside of a notebook
            self._shown.update(self)

    def seen(self) -> str:
        """Return the sentence and the picture."""
        return self.sentence.value + self.picture.value


def growing_curve(title="", *, xlabel="step", ylabel="value") -> GrowingCurve:
    """Return a widget that draws values while they come in.

    Parameters
    ----------
    title : str
        What the picture shows.
    xlabel, ylabel : str
        What the axes mean.

    Returns
    -------
    GrowingCurve
        A widget and a context manager.

    Examples
    --------
    >>> curve = growing_curve("It falls", ylabel="loss")
    >>> for step, loss in [(1, 2.0), (2, 1.0)]:
    ...     curve.add(step, training_loss=loss)
    >>> curve
    <a curve that grows during training: 2 steps, training loss 1.00>
    """
    return GrowingCurve(title, xlabel, ylabel)
