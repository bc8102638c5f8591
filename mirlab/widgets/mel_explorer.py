"""Move what turns sound into numbers; see the numbers, and hear a sound made of nothing but them."""

from base64 import b64encode
from pathlib import Path

import anywidget
import librosa
import numpy as np
import traitlets

from mirlab.audio import SAMPLE_RATE
from mirlab.features import N_FFT, N_MELS, log_mel
from mirlab.lessons.card import show
from mirlab.lessons.player import play
from mirlab.plots import mel_panels
from mirlab.widgets.rebuilt import blur, expecting_empty_bands, rebuild

HERE = Path(__file__).parent
LENGTH = 3 * 32768  # samples: 3 of the paper's windows, 4.5 s, which a slow core can draw and sound at once

FFT_SIZES = [256, 512, 1024, 2048, 4096, 8192]
BANDS = [10, 20, 50, 100, 200, 400]
WIDTHS = [0, 4096, 8192, 16384, 32768]
"""Samples a window: 32768 are the paper's 64 frames of half-overlapping 1024 samples. 0 keeps every frame."""


def mel_explorer(y, name):
    """Return a sound whose way into numbers can be changed, seen and heard.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz; its first 4.5 seconds are used, and must be there.
    name : str
        What it is.

    Returns
    -------
    MelExplorer
        Shown in a notebook, it has three sliders, a picture and two players.

    Raises
    ------
    ValueError
        If `y` is not mono sound of that length.

    Examples
    --------
    >>> explorer = mel_explorer(np.sin(np.arange(5 * 22050)), "a tone")
    >>> explorer
    <a tone: run this cell to move FFT size, mel bands and window width>
    >>> explorer.n_mels = 20
    >>> explorer.shown["says"]
    'A frame is 1024 samples, ... Each band sees several. What you hear is made of 861 numbers a second; ...'
    """
    y = np.asarray(y)
    if y.ndim != 1 or len(y) < LENGTH:
        raise ValueError(f"y has shape {y.shape}; it must be mono sound, {LENGTH} samples (4.5 s) or more")
    return MelExplorer(y[:LENGTH], name)


def kept(y, n_fft=N_FFT, n_mels=N_MELS, width=0):
    """Compute log-mel frames of half overlap, and give each the mean of its window.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz.
    n_fft : int
        Samples a frame.
    n_mels : int
        Mel bands.
    width : int
        Samples a window; what is no more than one frame's step leaves the frames as they are.

    Returns
    -------
    ndarray, shape (frames, n_mels), float32
        Without an incomplete window at the end.

    Examples
    --------
    >>> kept(np.zeros(22050), width=8192).shape
    (32, 200)
    """
    hop = n_fft // 2
    with expecting_empty_bands():
        frames = log_mel(y, n_fft=n_fft, hop_length=hop, n_mels=n_mels)
    return blur(frames, max(1, width // hop))


def says(n_fft, n_mels, width):
    """Say what a setting means: how long a frame is, how fine its spectrum, how many numbers are kept.

    Parameters
    ----------
    n_fft, n_mels, width : int
        As in `kept`.

    Returns
    -------
    str
        A few sentences.

    Examples
    --------
    >>> says(1024, 200, 32768)
    'A frame is 1024 samples, 46 ms; the lines of its spectrum lie 21.5 Hz apart. Each band sees a line,
     but 31 of 200 only one. What you hear is made of 135 numbers a second; the sound itself has 22050.'
    """
    with expecting_empty_bands():
        lines = (librosa.filters.mel(sr=SAMPLE_RATE, n_fft=n_fft, n_mels=n_mels) > 0).sum(axis=1)
    none, one = (lines == 0).sum(), (lines == 1).sum()
    if none:
        seen = f"{none} of {n_mels} bands see no line and stay dark, {one} see a single one"
    else:
        seen = f"Each band sees a line, but {one} of {n_mels} only one" if one else "Each band sees several"
    hop = n_fft // 2
    rate = n_mels * SAMPLE_RATE / (max(1, width // hop) * hop)
    return (
        f"A frame is {n_fft} samples, {1000 * n_fft / SAMPLE_RATE:.0f} ms; the lines of its spectrum lie "
        f"{SAMPLE_RATE / n_fft:.1f} Hz apart. {seen}. What you hear is made of {rate:.0f} numbers a "
        f"second; the sound itself has {SAMPLE_RATE}."
    )


class MelExplorer(anywidget.AnyWidget):
    """The explorer on the screen; made by `mel_explorer`.

    Attributes
    ----------
    n_fft, n_mels, width : int
        One of `FFT_SIZES`, `BANDS`, `WIDTHS`; the sliders and Python both set them.
    sound : ndarray, shape (samples,)
        What is heard: made of the numbers alone.
    shown : dict of str
        ``picture`` with its ``alt``, ``sound``, and ``says``: what this setting means.
    """

    _esm = HERE / "mel_explorer.js"
    _css = HERE / "mel_explorer.css"
    n_fft = traitlets.Enum(FFT_SIZES, N_FFT).tag(sync=True)
    n_mels = traitlets.Enum(BANDS, N_MELS).tag(sync=True)
    width = traitlets.Enum(WIDTHS, 0).tag(sync=True)
    sliders = traitlets.List().tag(sync=True)
    original = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, y, name):
        self.y, self.name = y, name
        super().__init__(sliders=_sliders(), original=_url(play(y, name)))
        self.observe(lambda _: self._show(), ["n_fft", "n_mels", "width"])
        self._show()

    def __repr__(self) -> str:
        return f"<{self.name}: run this cell to move FFT size, mel bands and window width>"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": repr(self)}, metadata

    def _show(self) -> None:
        frames = kept(self.y, self.n_fft, self.n_mels, self.width)
        self.sound = rebuild(frames, n_fft=self.n_fft)
        how = f", means of {_seconds(self.width)}" if self.width else ""
        title = f"{self.n_fft}-point FFT, {self.n_mels} bands{how}"
        figure = mel_panels({title: frames}, seconds=len(self.y) / SAMPLE_RATE)
        picture = show(figure)
        self.shown = {
            "picture": f"data:image/png;base64,{b64encode(picture.png).decode()}",
            "alt": picture.alt,
            "sound": _url(play(self.sound, title)),
            "says": says(self.n_fft, self.n_mels, self.width),
        }


def _sliders():
    sizes = [f"{n} samples, {1000 * n / SAMPLE_RATE:.0f} ms" for n in FFT_SIZES]
    bands = [f"{n} bands" for n in BANDS]
    widths = ["each frame kept", *(f"means of {_seconds(width)}" for width in WIDTHS[1:])]
    return [
        {"name": name, "label": label, "values": values, "texts": texts}
        for name, label, values, texts in (
            ("n_fft", "FFT size", FFT_SIZES, sizes),
            ("n_mels", "Mel bands", BANDS, bands),
            ("width", "Window width", WIDTHS, widths),
        )
    ]


def _seconds(samples):
    return f"{samples / SAMPLE_RATE:.1f} s"


def _url(player):
    return f"data:{player.mimetype};base64,{b64encode(player.audio).decode()}"
