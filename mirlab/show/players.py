"""Sound in a notebook: compressed, with a title, and optionally with its mel spectrum and a moving playhead.

The format is MP3 because every browser plays it (Safari before 18.4 plays no OGG) and because the same sound
gives the same bytes, so that a notebook that is run again does not change.
"""

from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np
import soundfile

from mirlab.show.cards import Picture

MP3_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}
PLAYHEAD = (
    '<div class="playhead" style="position: absolute; top: 0; bottom: 0; left: 0; width: 2px; '
    'background: #fff; outline: 1px solid #000; transition: left .25s linear"></div>'
)
FOLLOW = (
    "this.parentNode.querySelector('.playhead').style.left = 100 * this.currentTime / this.duration + '%'"
)


class Player:
    """A sound that can be played; made by `play`.

    Attributes
    ----------
    title : str
        The name of the sound.
    seconds : float
        Its duration.
    audio : bytes
        The sound, compressed.
    mimetype : str
        ``audio/mpeg`` or ``audio/wav``.
    picture : Picture or None
        Its mel spectrum.
    """

    def __init__(self, title, seconds, audio, mimetype, picture, caption):
        self.title, self.seconds, self.caption = title, seconds, caption
        self.audio, self.mimetype, self.picture = audio, mimetype, picture

    def __repr__(self) -> str:
        caption = f": {self.caption}" if self.caption else ""
        return f"<sound: {self.title}, {self.seconds:.1f} s{caption}>"

    @property
    def url(self) -> str:
        """The sound as a data address."""
        return f"data:{self.mimetype};base64,{b64encode(self.audio).decode()}"

    def _repr_html_(self) -> str:
        shown = follow = ""
        if self.picture:
            shown = f'<div style="position: relative">{self.picture._repr_html_()}{PLAYHEAD}</div>'
            follow = f' ontimeupdate="{FOLLOW}"'
        title = escape(self.title)
        caption = f"<br>{escape(self.caption)}" if self.caption else ""
        return (
            f'<figure style="max-width: 640px; margin: .4em 0">{shown}'
            f'<audio controls aria-label="{title}" style="width: 100%"{follow} src="{self.url}"></audio>'
            f"<figcaption><strong>{title}</strong>{caption}</figcaption></figure>"
        )


def play(y, title: str, *, sr: int = 22050, caption: str = "", spectrum: bool = False) -> Player:
    """Return a player for a sound: the last line of a cell, or an argument of `display`.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound. A sound beyond -1 or 1 is scaled down to that range; a quiet sound stays quiet.
    title : str
        The name of the sound, which a screen reader reads too.
    sr : int
        Its sampling rate in Hz.
    caption : str
        What to listen for.
    spectrum : bool
        Whether to show the mel spectrum above, with a playhead.

    Returns
    -------
    Player
        For 10 s, below 100 kB in the notebook, and below 150 kB with the spectrum.

    Raises
    ------
    ValueError
        If `y` is not one-dimensional, empty or not finite.

    Examples
    --------
    >>> play(0.1 * np.sin(2 * np.pi * 440 * np.arange(22050) / 22050), "A4, a pure tone")
    <sound: A4, a pure tone, 1.0 s>
    """
    y = np.asarray(y, dtype=np.float32)
    if y.ndim != 1 or not len(y):
        raise ValueError(f"y has shape {y.shape}; it must be mono sound, shape (samples,)")
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinite values; sound must be finite")
    y = y / max(1.0, float(np.abs(y).max()))
    seconds = len(y) / sr
    picture = (
        _spectrum(y, sr, f"Mel spectrum of {title}, {seconds:.1f} s from left to right.")
        if spectrum
        else None
    )
    return Player(title, seconds, *_compressed(y, sr), picture, caption)


def _compressed(y: np.ndarray, sr: int) -> tuple[bytes, str]:
    content = BytesIO()
    if sr in MP3_RATES and "MP3" in soundfile.available_formats():
        soundfile.write(content, y, sr, format="MP3", bitrate_mode="VARIABLE", compression_level=0.5)
        return content.getvalue(), "audio/mpeg"
    soundfile.write(content, y, sr, format="WAV", subtype="PCM_16")
    return content.getvalue(), "audio/wav"


def _spectrum(y: np.ndarray, sr: int, alt: str) -> Picture:
    """Draw one pixel per frame and band, without axes, so that the playhead's place is the share of time."""
    from PIL import Image  # both here, since a player without a picture must be fast

    from mirlab.features import log_mel
    from mirlab.show.figures import colormap

    level = log_mel(y, sr=sr, n_mels=80).T[::-1]
    shade = np.clip((level - level.max()) / 9 + 1, 0, 1)  # 9 nepers are 78 dB
    image = Image.fromarray((63 * shade).astype(np.uint8), mode="P")
    image.putpalette((255 * colormap("magma")(np.arange(64) / 63)[:, :3]).astype(np.uint8).tobytes())
    content = BytesIO()
    image.resize((640, 160)).save(content, format="PNG", optimize=True)
    return Picture(content.getvalue(), alt)
