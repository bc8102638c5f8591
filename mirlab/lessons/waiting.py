"""Progress bars for long work in a notebook: how far it is, how fast, and how long it will take."""

import time
from html import escape

from IPython.display import HTML, display

EVERY = 0.5  # s between two updates; shorter work shows no bar


class Waiting:
    """Progress for notebooks: ``progress(done, total, what)`` draws a bar, and removes it at the end.

    Examples
    --------
    >>> waiting = Waiting()
    >>> waiting.text(10, 40, "set 1 of 2, gtzan-synth", seconds=5.0)
    'set 1 of 2, gtzan-synth: 10 of 40, 2.0 per second, about 15 s left'
    """

    def __init__(self):
        self._handle = None
        self._total = self._first = self._done = self._started = self._drawn = 0

    def __call__(self, done, total, what):
        """Show how far the work is."""
        now = time.monotonic()
        # This is other work, or the same work again after an interruption.
        if total != self._total or done < self._done or not done:
            self._remove()
            self._total, self._first, self._started, self._drawn = total, done, now, now
        self._done = done
        if done >= total:
            self._remove()
        elif now - self._drawn > EVERY:
            self._drawn = now
            picture = HTML(self._html(done, total, what, now - self._started))
            if self._handle is None:
                self._handle = display(picture, display_id=True)
            else:
                self._handle.update(picture)

    def _remove(self):
        if self._handle is not None:
            self._handle.update(HTML(""))
        self._handle, self._total = None, 0

    def text(self, done, total, what, seconds):
        """Return the words beside the bar.

        Parameters
        ----------
        done, total : int
            How much of the work is done, and how much there is.
        what : str
            What the work is.
        seconds : float
            Since it began.

        Returns
        -------
        str
        """
        words = f"{what}: {done} of {total}"
        new = done - self._first
        if new and seconds:
            rate = new / seconds
            words += f", {rate:.1f} per second, about {(total - done) / rate:.0f} s left"
        return words

    def _html(self, done, total, what, seconds):
        words = escape(self.text(done, total, what, seconds))
        line = "display: flex; gap: .6em; align-items: center; white-space: nowrap; overflow: hidden"
        return (
            f'<div role="status" style="{line}">'
            f'<progress value="{done}" max="{total}" aria-label="{words}"></progress>'
            f'<span style="overflow: hidden; text-overflow: ellipsis">{words}</span></div>'
        )


def each(items, what):
    """Go through items in a notebook, with a bar in one line that is removed at the end.

    Parameters
    ----------
    items : iterable
        The items; each is some work.
    what : str
        What the work is.

    Yields
    ------
    object
        Each item.

    Examples
    --------
    >>> sum(each([1, 2, 3], "numbers"))
    6
    """
    items, bar = list(items), Waiting()
    try:
        for done, item in enumerate(items):
            bar(done, len(items), what)
            yield item
    finally:  # the loop may end early, or be interrupted
        bar(len(items), len(items), what)
