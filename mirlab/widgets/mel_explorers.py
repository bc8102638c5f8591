"""Change how sound becomes numbers; see the numbers, and hear a sound that is made of them alone."""

import librosa
import numpy as np
import traitlets

from mirlab.audio import SAMPLE_RATE
from mirlab.features import N_FFT, N_MELS, log_mel
from mirlab.plots import mel_panels
from mirlab.show.controls import Pictured
from mirlab.show.players import play
from mirlab.widgets.rebuilding import blur, expecting_empty_bands, rebuild

LENGTH = 3 * 32768  # samples: 3 of the paper's windows, 4.5 s, which a slow core can draw and sound at once

FFT_SIZES = [256, 512, 1024, 2048, 4096, 8192]
BANDS = [10, 20, 50, 100, 200, 400]
WIDTHS = [0, 4096, 8192, 16384, 32768]
"""Samples per window: 32768 are the paper's 64 half-overlapping frames of 1024. 0 keeps every frame."""


def mel_explorer(y, name):
    """Return sliders for the steps from a sound to its features, which can be seen and heard.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz, at least 4.5 seconds; the first 4.5 seconds are used.
    name : str
        The name of the sound.

    Returns
    -------
    MelExplorer
        In a notebook, it has three sliders, a picture and two players.

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
    >>> explorer.said
    'A frame is 1024 samples, ... Each band uses several bins. What you hear is made of 861 numbers per ...'
    """
    y = np.asarray(y)
    if y.ndim != 1 or len(y) < LENGTH:
        raise ValueError(f"y has shape {y.shape}; it must be mono sound, {LENGTH} samples (4.5 s) or more")
    return MelExplorer(y[:LENGTH], name)


def kept(y, n_fft=N_FFT, n_mels=N_MELS, width=0):
    """Compute log-mel frames with half overlap, and replace each by the mean of its window.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound at 22 050 Hz.
    n_fft : int
        Samples per frame.
    n_mels : int
        Mel bands.
    width : int
        Samples per window. A width up to the step between frames leaves the frames unchanged.

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
    """Say what a setting means: length of a frame, resolution of its spectrum, number of values.

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
    'A frame is 1024 samples, 46 ms; the bins of its spectrum are 21.5 Hz apart. Each band uses
     at least one bin, and 31 of 200 use only one. What you hear is made of 135 numbers per
     second; the sound itself has 22050.'
    """
    with expecting_empty_bands():
        lines = (librosa.filters.mel(sr=SAMPLE_RATE, n_fft=n_fft, n_mels=n_mels) > 0).sum(axis=1)
    none, one = (lines == 0).sum(), (lines == 1).sum()
    if none:
        seen = f"{none} of {n_mels} bands use no bin and stay dark, {one} use a single one"
    elif one:
        seen = f"Each band uses at least one bin, and {one} of {n_mels} use only one"
    else:
        seen = "Each band uses several bins"
    hop = n_fft // 2
    rate = n_mels * SAMPLE_RATE / (max(1, width // hop) * hop)
    return (
        f"A frame is {n_fft} samples, {1000 * n_fft / SAMPLE_RATE:.0f} ms; the bins of its spectrum are "
        f"{SAMPLE_RATE / n_fft:.1f} Hz apart. {seen}. What you hear is made of {rate:.0f} numbers per "
        f"second; the sound itself has {SAMPLE_RATE}."
    )


class MelExplorer(Pictured):
    """The explorer on the screen; made by `mel_explorer`.

    Attributes
    ----------
    n_fft, n_mels, width : int
        One of `FFT_SIZES`, `BANDS`, `WIDTHS`; the sliders and Python both set them.
    sound : ndarray, shape (samples,)
        The sound that is made of the numbers alone.
    original, rebuilt : str
        The sound and the one that is made of numbers, as data addresses.
    picture, alt, said
        The numbers, and what this setting means; see `mirlab.show.controls.Pictured`.
    """

    n_fft = traitlets.Enum(FFT_SIZES, N_FFT).tag(sync=True)
    n_mels = traitlets.Enum(BANDS, N_MELS).tag(sync=True)
    width = traitlets.Enum(WIDTHS, 0).tag(sync=True)
    sliders = traitlets.List().tag(sync=True)
    original = traitlets.Unicode().tag(sync=True)
    rebuilt = traitlets.Unicode().tag(sync=True)

    def __init__(self, y, name):
        self.y, self.name = y, name
        super().__init__(sliders=_sliders(), original=play(y, name).url)
        self.observe(lambda _: self._draw(), ["n_fft", "n_mels", "width"])
        self._draw()

    def __repr__(self) -> str:
        return f"<{self.name}: run this cell to move FFT size, mel bands and window width>"

    def _draw(self) -> None:
        frames = kept(self.y, self.n_fft, self.n_mels, self.width)
        self.sound = rebuild(frames, n_fft=self.n_fft)
        how = f", means of {_seconds(self.width)}" if self.width else ""
        title = f"{self.n_fft}-point FFT, {self.n_mels} bands{how}"
        figure = mel_panels({title: frames}, seconds=len(self.y) / SAMPLE_RATE)
        self.show(figure, says(self.n_fft, self.n_mels, self.width), rebuilt=play(self.sound, title).url)


def _sliders():
    sizes = [f"{n} samples, {1000 * n / SAMPLE_RATE:.0f} ms" for n in FFT_SIZES]
    bands = [f"{n} bands" for n in BANDS]
    widths = ["every frame", *(f"means of {_seconds(width)}" for width in WIDTHS[1:])]
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
