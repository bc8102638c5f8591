"""What widgets share: words, scripts, a picture with its words, sounds on demand, and checks."""

import sys
from pathlib import Path

import anywidget
import traitlets

from mirlab.errors import MirlabError
from mirlab.show.cards import as_lines, image, show, still
from mirlab.show.players import play

SHARED = Path(__file__).with_suffix(".js")


def check_choice(name, value, choices, error=ValueError):
    """Refuse a value that is not among some choices.

    Raises
    ------
    ValueError
        If it is not. Traits raise `traitlets.TraitError` instead, after which they keep their old value.

    Examples
    --------
    >>> check_choice("split", "window", ["song", "artist"])
    Traceback (most recent call last):
    ValueError: split='window' is unknown; it must be one of song, artist
    """
    if value not in choices:
        raise error(f"{name}={value!r} is unknown; it must be one of {', '.join(map(str, choices))}")


class Described:
    """A widget that can be read without a kernel: as text, and as a still picture in a saved notebook.

    The text is its `repr`, for terminals, screen readers and stored outputs.
    """

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, *metadata = bundle if isinstance(bundle, tuple) else (bundle,)
        data = data | {"text/plain": repr(self), "text/html": still(self.seen())}
        return (data, *metadata) if metadata else data

    def seen(self) -> str:
        """Return what the widget shows as HTML without controls; by default, the lines of its text."""
        return as_lines(repr(self))


class Widget(Described, anywidget.AnyWidget):
    """A widget with a page of its own.

    Its script and style are beside the module of its class: ``rankings.js`` and ``rankings.css`` belong to
    the class in ``rankings.py``. They follow those of its parents and ``controls.js``, and can use their
    functions. A subclass in a module without a script has the script of its parent.

    Attributes
    ----------
    requests, answered : int
        How many changes the page has sent, and how many of them Python has answered: the page shows that it
        waits while they differ.
    """

    requests = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    _scripts = (SHARED,)

    def __init_subclass__(cls, **kwargs):
        module = Path(getattr(sys.modules[cls.__module__], "__file__", None) or "")
        script = module.with_suffix(".js") if module.name else module
        # anywidget makes a trait of `_esm` in a subclass of its own for each widget; leave that one alone.
        made = isinstance(getattr(cls, "_esm", None), traitlets.TraitType)
        if script.is_file() and script not in cls._scripts and not made:
            cls._scripts = (*cls._scripts, script)
            cls._esm, cls._css = (
                "\n".join(file.with_suffix(kind).read_text(encoding="utf-8") for file in cls._scripts)
                for kind in (".js", ".css")
            )
        super().__init_subclass__(**kwargs)

    def set_state(self, sync_data):
        """Take what the page has changed; afterwards, even after a mistake, report that it is answered.

        If a value is refused, nothing of the change is taken, and the page gets the values from before.
        """
        try:
            super().set_state(sync_data)
        except traitlets.TraitError:
            self.send_state([name for name in sync_data if name in self.keys])
            raise
        finally:
            self.answered = self.requests


class Pictured(Widget):
    """A widget that shows a picture and says something.

    Attributes
    ----------
    picture, alt : str
        The picture as a data address, and its words.
    pixels : int
        The width of the picture in pixels of the page.
    said : str
        What the widget says, one paragraph per line.
    """

    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    pixels = traitlets.Int(0).tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def show(self, figure, said, **others):
        """Show a figure, what is said about it, and other traits, all at the same time."""
        picture = show(figure)
        with self.hold_sync():
            self.picture, self.alt, self.pixels, self.said = picture.url, picture.alt, picture.width, said
            for trait, value in others.items():
                setattr(self, trait, value)

    def seen(self) -> str:
        """Return the picture, and what is said about it."""
        return image(self.picture, self.alt, self.pixels) + as_lines(self.said)


class Sounding(Widget):
    """A widget that sends a sound from Python only when the learner requests it.

    Attributes
    ----------
    plays : int
        How often a sound was requested; `play` answers.
    heard : dict
        The answer: ``said``, and ``audio`` with its ``mimetype`` unless the sound cannot be heard.
    """

    plays = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Dict().tag(sync=True)

    @traitlets.observe("plays")
    def _asked(self, _):
        self.play()

    def play(self) -> None:
        """Send the chosen sound, with `send_sound`."""
        raise NotImplementedError

    def send_sound(self, sound, row, title, said):
        """Send ``sound(row)``, or the reason why it cannot be heard."""
        answer = {"plays": self.plays}  # so that the same sound twice is two messages
        try:
            player = play(sound(row), title)
        except MirlabError as error:
            self.heard = answer | {"said": f"{title} cannot be heard: {error}"}
        else:
            self.heard = answer | {"said": said, "audio": player.audio, "mimetype": player.mimetype}
