"""Make a small folder of synthetic recordings to practise with, in many formats, some of them broken.

Each recording has its own artist and its own recording chain, as in a collection that grew over years. The
folder has the faults of real folders: files that are cut short, empty, silent or not sound at all, copies
under another name, and one recording under the wrong label.
"""

import hashlib
import secrets
import shutil
import zlib

import librosa
import numpy as np
import soundfile

from mirlab import corpus, paths
from mirlab.corpus import artists, channel, composing, sound, styles
from mirlab.datasets.tree import absolute
from mirlab.errors import DatasetError

VERSION = 1  # raise this when the code below writes different files

# file, style, seconds, rate, channels, how samples are kept (None: as usual in that format)
RECORDINGS = (
    ("folk/barn door.wav", "folk", 16, 44100, 2, None),
    ("folk/Bäume im März.flac", "folk", 18, 48000, 2, "PCM_24"),
    ("folk/first frost.mp3", "folk", 15, 44100, 2, None),
    ("folk/harbour lights.ogg", "swing", 24, 22050, 1, None),
    ("folk/kitchen tape.wav", "folk", 18, 8000, 1, None),
    ("folk/lullaby.aiff", "folk", 13, 22050, 1, None),
    ("folk/mill race.ogg", "folk", 18, 22050, 1, None),
    ("folk/the long way home.flac", "folk", 16, 32000, 1, None),
    ("folk/two fiddles.mp3", "folk", 15, 22050, 1, None),
    ("jazz/after hours.wav", "swing", 16, 44100, 2, None),
    ("jazz/blue corridor.mp3", "swing", 24, 22050, 1, None),
    ("jazz/corner table.ogg", "lounge", 15, 48000, 1, None),
    ("jazz/last tram.flac", "swing", 15, 44100, 1, None),
    ("jazz/nine to five.au", "swing", 14, 16000, 1, None),
    ("jazz/rain check.wav", "lounge", 18, 22050, 1, "FLOAT"),
    ("jazz/second set.ogg", "swing", 24, 22050, 1, None),
    ("jazz/smoke.mp3", "lounge", 15, 22050, 1, None),
    ("jazz/take the stairs.wav", "swing", 16, 11025, 1, None),
    ("soul/all I want.ogg", "soul", 15, 44100, 2, None),
    ("soul/brother.wav", "funk", 16, 48000, 2, None),
    ("soul/east side.mp3", "soul", 24, 22050, 1, None),
    ("soul/get it right.flac", "funk", 18, 44100, 2, None),
    ("soul/hold the line.wav", "soul", 15, 22050, 1, "PCM_U8"),
    ("soul/lean on in.mp3", "soul", 15, 32000, 1, None),
    ("soul/Sunday shoes.ogg", "funk", 13, 22050, 1, None),
    ("soul/tell your mother.flac", "soul", 24, 44100, 1, "PCM_16"),
    ("spoken/station announcement.wav", "spoken", 33, 16000, 1, None),
)  # fmt: skip

MISLABELLED = "folk/harbour lights.ogg"
COPIES = {
    "jazz/after hours (1).wav": "jazz/after hours.wav",
    "soul/east side, from my phone.ogg": "soul/east side.mp3",
}
"""The first is the same file under another name, the second the same recording in another format."""

ANSWERS = {
    "origin": "Composed and played by a program (`mirlab.datasets.practice`). No musician played it.",
    "labels": "The file's style in mirlab's corpus; one file was put under a wrong label on purpose.",
    "rights": "Made by a program: it may be used, changed and passed on under the licence of mirlab.",
    "people": "No person is heard in it, so nobody had to be asked.",
}
"""Answers for the data card of this folder; the other questions are for the learner."""


def practice_folder(*, progress=None):
    """Return the practice folder; make it if it is not there yet.

    Parameters
    ----------
    progress : callable, optional
        ``progress(done, total, what)``, called while it is made.

    Returns
    -------
    pathlib.Path
        Below `mirlab.paths.data_dir`; a new one if its content has changed in this version of mirlab.

    Raises
    ------
    DatasetError
        If it cannot be written.
    """
    made_from = repr((VERSION, RECORDINGS, MISLABELLED, COPIES, corpus.VERSION))
    digest = hashlib.blake2b(made_from.encode(), digest_size=4).hexdigest()
    folder = paths.locate("practice", digest)
    return folder if folder.is_dir() else make(folder, progress=progress)


def make(folder, *, progress=None):
    """Compose, sound, record and write the recordings, then the broken and odd files.

    Parameters
    ----------
    folder : str or os.PathLike
        The folder; it must not exist yet. It gets its name when it is complete.
    progress : callable, optional
        ``progress(done, total, what)``.

    Returns
    -------
    pathlib.Path
        The folder, laid out as ``<label>/<recording>``.

    Raises
    ------
    DatasetError
        If there is such a folder already, or it cannot be written.
    """
    folder = absolute(folder)
    if folder.exists():
        raise DatasetError(f"{folder}: is there already; name a folder that does not exist")
    unfinished = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.part")
    say = progress or (lambda *_: None)
    try:
        unfinished.mkdir(parents=True)
        for done, (name, style, seconds, *how) in enumerate(RECORDINGS):
            say(done, len(RECORDINGS), "practice folder")
            _write(unfinished / name, recording(name, style, seconds), *how)
        _make_odd(unfinished)
        unfinished.rename(folder)
        say(len(RECORDINGS), len(RECORDINGS), "practice folder")
    except OSError as error:
        if folder.is_dir():  # another process was first
            return folder
        raise DatasetError(
            f"{folder.parent}: the practice folder cannot be written here ({error.strerror or error}); make "
            "room, or choose another place by setting MIRLAB_DATA"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def recording(name, style, seconds):
    """Compose and record one piece, by an artist and through a chain of its own.

    Parameters
    ----------
    name : str
        The seed of all random draws.
    style : str
        A style of the corpus.
    seconds : float
        Its length.

    Returns
    -------
    ndarray, shape (samples,), float32
        Mono sound at 22 050 Hz.

    Examples
    --------
    >>> recording("a", "folk", 1.0).shape
    (22050,)
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    artist = artists.habits(styles.all_styles()[style], rng)
    chain = {
        "equalizer": [[100, rng.uniform(-3, 3)], [1000, rng.uniform(-2, 2)], [6000, rng.uniform(-4, 2)]],
        "band": [rng.uniform(30, 80), rng.uniform(7000, 10000)],
        "noise": rng.uniform(-75, -60),
        "level": [rng.uniform(-22, -17), 0.0],
    }
    return channel.record(
        corpus.mix(composing.compose(artist, rng, float(seconds))),
        room=artist.room,
        tilt=artist.tilt,
        resonance=artist.resonance,
        loudness=0.0,
        channel=chain,
        rng=rng,
    )


def _write(path, y, rate, channels=1, subtype=None):
    """Write a sound at any rate, in mono or stereo, in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if rate != sound.SR:
        y = librosa.resample(y, orig_sr=sound.SR, target_sr=rate, res_type="soxr_hq")
    if channels == 2:
        y = np.stack([y, 0.8 * np.roll(y, rate // 2000)], axis=1)
    y = np.clip(y, -0.999, 0.999)
    with soundfile.SoundFile(path, "w", rate, channels, subtype) as file:
        for block in np.array_split(y, -(-len(y) // rate)):  # the Vorbis encoder fails on long ones
            file.write(block)


def _make_odd(folder):
    """Write the broken and odd files."""
    copy, phone = COPIES
    shutil.copyfile(folder / COPIES[copy], folder / copy)
    original = next(row for row in RECORDINGS if row[0] == COPIES[phone])
    _write(folder / phone, recording(*original[:3]), 16000)

    whole = recording("encore", "swing", 20)
    _write(folder / "jazz" / "encore.wav", whole, 22050)
    content = (folder / "jazz" / "encore.wav").read_bytes()
    (folder / "jazz" / "encore.wav").write_bytes(content[: len(content) * 3 // 10])

    (folder / "soul" / "only you.mp3").touch()
    (folder / "folk" / "words to sing.mp3").write_text("Verse 1\nThe river runs\n", encoding="utf-8")
    (folder / "jazz" / "memo.wma").write_bytes(b"\x30\x26\xb2\x75" + bytes(2000))
    _write(folder / "soul" / "tape end.flac", np.zeros(11 * sound.SR, np.float32), 44100, 2)
    _write(folder / "folk" / "tuning.wav", whole[: sound.SR // 3], 44100, 2)
    broken = whole[: 11 * sound.SR].copy()
    broken[sound.SR :: 5000] = np.nan
    soundfile.write(folder / "jazz" / "mixdown.wav", broken, sound.SR, subtype="FLOAT")
    _write(folder / "from the radio.ogg", whole[: 11 * sound.SR], 44100, 2)
    _write(folder / "soul" / "live" / "encore.ogg", whole[: 11 * sound.SR], 22050)
    (folder / "to sort").mkdir()
    (folder / "folk" / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "folk" / ".DS_Store").touch()
