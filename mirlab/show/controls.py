"""What widgets share: words, scripts, a picture with its words, sounds on demand, sliders, and checks."""

import sys
from html import escape
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from mirlab.errors import MirlabError
from mirlab.show.cards import show
from mirlab.show.players import play

SHARED = Path(__file__).with_suffix(".js")


def check_choice(name, value, choices):
    """Refuse a value that is not among some choices.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> check_choice("split", "window", ["song", "artist"])
    Traceback (most recent call last):
    ValueError: split='window' is unknown; it must be one of song, artist
    """
    if value not in choices:
        raise ValueError(f"{name}={value!r} is unknown; it must be one of {', '.join(map(str, choices))}")


class Described:
    """A widget whose plain text is its `repr`: for terminals, screen readers and stored outputs."""

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, *metadata = bundle if isinstance(bundle, tuple) else (bundle,)
        data = data | {"text/plain": repr(self)}
        return (data, *metadata) if metadata else data


class Widget(Described, anywidget.AnyWidget):
    """A widget with a page of its own.

    Its script and style are beside the module of its class: ``rankings.js`` and ``rankings.css`` belong to
    the class in ``rankings.py``. Every script can use the functions of ``controls.js``. A subclass in a
    module without a script has the script of its parent.
    """

    def __init_subclass__(cls, **kwargs):
        module = Path(getattr(sys.modules[cls.__module__], "__file__", None) or "")
        script = module.with_suffix(".js") if module.name else module
        # anywidget makes a trait of `_esm` in a subclass of its own for each widget; leave that one alone.
        made = isinstance(getattr(cls, "_esm", None), traitlets.TraitType)
        if script.is_file() and script != SHARED and not made:
            cls._esm = "\n".join(file.read_text(encoding="utf-8") for file in (SHARED, script))
            cls._css = module.with_suffix(".css").read_text(encoding="utf-8")
        super().__init_subclass__(**kwargs)


class Pictured(Widget):
    """A widget that shows a picture and says something.

    Attributes
    ----------
    picture, alt : str
        The picture as a data address, and its words.
    said : str
        What the widget says, one paragraph per line.
    """

    picture = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def show(self, figure, said, **others):
        """Show a figure, what is said about it, and other traits, all at the same time."""
        picture = show(figure)
        with self.hold_sync():
            self.picture, self.alt, self.said = picture.url, picture.alt, said
            for trait, value in others.items():
                setattr(self, trait, value)


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


class Sliders(Described, ipywidgets.VBox):
    """Sliders above a sentence and a picture; `draw` is called at the start and when a slider is released.

    Attributes
    ----------
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, *sliders):
        self.sentence, self.picture = ipywidgets.HTML(), ipywidgets.HTML()
        super().__init__([*sliders, self.sentence, self.picture])
        for slider in sliders:
            slider.observe(lambda _: self.draw(), "value")
        self.draw()

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


def slider(options, name, *, wide=30, **settings):
    """Return a slider that acts when it is released; `wide` is its width in em."""
    return ipywidgets.SelectionSlider(
        options=options,
        description=name,
        continuous_update=False,
        style={"description_width": f"{0.34 * wide:g}em"},
        layout={"width": f"{wide}em"},
        **settings,
    )
