"""Choose how to decode a file by its content; its name does not matter."""

import re
from contextlib import suppress

import soundfile

from mirlab.audio import kinds, mpeg
from mirlab.audio.sndfile import LONGEST, Sndfile

RATES = (1000, 1_000_000)  # Hz; beyond these a header is damaged
REACH = 2**16  # bytes in which the beginning of a file is searched

_BEGINNING = re.compile(
    rb"(?s)(?:RIFF|RF64).{4}WAVE|riff\x2e\x91\xcf\x11|fLaC\0\0\0\x22|OggS\0\x02|FORM.{4}AIF[FC]|caff\0\x01"
    rb"|\.snd\0\0.{14}\0\0\0[\x01-\x08]"
)

_UNSUPPORTED = 4  # libsndfile's number for an encoding that it does not know


def open_stream(source):
    """Open the sound in a file.

    Parameters
    ----------
    source : mirlab.audio.disk.Source
        The open file.

    Returns
    -------
    mirlab.audio.mpeg.Mpeg or mirlab.audio.sndfile.Sndfile
        It has ``rate`` in Hz, ``samples`` in each channel, ``lost`` (how many are known to be missing at the
        end), ``read(start, n)`` and ``close()``.

    Raises
    ------
    AudioError
        If it is not sound, or its header is implausible.
    """
    if source.size == 0:
        raise source.error("is empty (0 bytes); get a whole copy of it")
    stream = _choose(source)
    hours = stream.samples / stream.rate / 3600
    wrong = None
    if stream.samples < 1:
        wrong = "holds no samples, or its header is damaged; get a whole copy of it"
    elif not RATES[0] <= stream.rate <= RATES[1]:
        wrong = f"states a sampling rate of {stream.rate} Hz, which no recording has; export it again"
    elif hours > LONGEST:
        wrong = f"says that it lasts more than {LONGEST:g} hours; cut it into parts, or export it again"
    if wrong:
        stream.close()
        raise source.error(wrong)
    return stream


def _choose(source):
    """Open the format that the first bytes state, or else look for sound behind foreign bytes."""
    if found := mpeg.find(source):
        return mpeg.Mpeg(source, found)
    begin = kinds.after_tags(source.file, 0)
    head = source.read(begin, kinds.HEAD)
    try:
        if stream := _sndfile(source, begin):
            return stream
    except soundfile.LibsndfileError as error:
        sentence = kinds.recognise(head)
        if sentence is None and error.code == _UNSUPPORTED:
            sentence = f"holds sound in an encoding which cannot be read as sound here; {kinds.CONVERT}"
        if sentence is not None:
            raise source.error(sentence) from error
    if found := mpeg.find(source, search=True):
        return mpeg.Mpeg(source, found)
    if known := _BEGINNING.search(source.read(begin, REACH), 1):
        with suppress(soundfile.LibsndfileError):
            if stream := _sndfile(source, begin + known.start()):
                return stream
    raise source.error(
        "cannot be read as sound; it is damaged, or its format is not wav, flac, ogg, mp3, au or aiff: "
        "export it as one of these"
    )


def _sndfile(source, begin):
    """Open sound that is not MPEG. Of MPEG, such as MP3 in a WAV, libsndfile only estimates the length."""
    stream = Sndfile(source, begin)
    if not stream.file.subtype.startswith(("MPEG", "n/a")):  # "n/a" if the first frame is damaged
        return stream
    stream.close()
    return None
