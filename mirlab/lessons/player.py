"""Sound in a notebook: compressed, with a name, and if wanted over its mel spectrum with a moving playhead.

MP3 is chosen because every browser plays it (Safari before 18.4 plays no OGG) and because the same sound
gives the same bytes, so that a notebook run again is not a changed notebook.
"""

from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np
import soundfile

from mirlab.lessons.card import Picture

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
        What one hears.
    seconds : float
        How long it is.
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

    def _repr_html_(self) -> str:
        shown = follow = ""
        if self.picture:
            shown = f'<div style="position: relative">{self.picture._repr_html_()}{PLAYHEAD}</div>'
            follow = f' ontimeupdate="{FOLLOW}"'
        title = escape(self.title)
        caption = f"<br>{escape(self.caption)}" if self.caption else ""
        source = f"data:{self.mimetype};base64,{b64encode(self.audio).decode()}"
        return (
            f'<figure style="max-width: 640px; margin: .4em 0">{shown}'
            f'<audio controls aria-label="{title}" style="width: 100%"{follow} src="{source}"></audio>'
            f"<figcaption><strong>{title}</strong>{caption}</figcaption></figure>"
        )


def play(y, title: str, *, sr: int = 22050, caption: str = "", spectrum: bool = False) -> Player:
    """Return a player for a sound: the last line of a cell, or what `display` is given.

    Parameters
    ----------
    y : array-like, shape (samples,), float
        Mono sound, within -1 and 1; what is louder is brought down to that, what is quiet stays quiet.
    title : str
        What one hears; also what a screen reader says.
    sr : int
        Its sampling rate in Hz.
    caption : str
        What to listen for.
    spectrum : bool
        Whether to show the mel spectrum above, with a playhead.

    Returns
    -------
    Player
        Below 100 kB in the notebook for 10 s, with the spectrum below 150 kB.

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
    kept = BytesIO()
    if sr in MP3_RATES and "MP3" in soundfile.available_formats():
        soundfile.write(kept, y, sr, format="MP3", bitrate_mode="VARIABLE", compression_level=0.5)
        return kept.getvalue(), "audio/mpeg"
    soundfile.write(kept, y, sr, format="WAV", subtype="PCM_16")
    return kept.getvalue(), "audio/wav"


def _spectrum(y: np.ndarray, sr: int, alt: str) -> Picture:
    """Draw one pixel a frame and band, without axes, so that the playhead's place is the share of time."""
    from matplotlib import colormaps  # here, since a player without a picture should be had at once
    from PIL import Image

    from mirlab.features import log_mel

    level = log_mel(y, sr=sr, n_mels=80).T[::-1]
    shade = np.clip((level - level.max()) / 9 + 1, 0, 1)  # 9 nepers are 78 dB
    image = Image.fromarray((63 * shade).astype(np.uint8), mode="P")
    image.putpalette((255 * colormaps["magma"](np.arange(64) / 63)[:, :3]).astype(np.uint8).tobytes())
    kept = BytesIO()
    image.resize((640, 160)).save(kept, format="PNG", optimize=True)
    return Picture(kept.getvalue(), alt)
