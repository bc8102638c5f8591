"""Derive the tags that a careful listener would give to an excerpt from its score."""

from mirlab.corpus.artists import Habits
from mirlab.corpus.scores import Score

_CALLED = {
    "swing": ("swing",),
    "bossa": ("bossa nova",),
    "hiphop": ("rap",),
    "newage": ("new age",),
    "chamber": ("chamber music", "baroque"),
    "orchestral": ("orchestral", "symphony"),
    "piano": ("solo piano",),
    "rnb": ("r&b",),
    "childrens": ("nursery rhyme",),
    "spoken": ("story", "talking"),
    "cinematic": ("film music",),
    "african": ("african", "polyrhythmic"),
    "eastern": ("eastern", "raga"),
    "techno": ("techno", "trance", "club"),
    "house": ("house", "club"),
    "latin": ("salsa",),
    "punk": ("punk", "hard rock"),
    "metal": ("heavy metal", "hard rock"),
}
"""Words for a style where its own name is not the one that listeners use."""

_GROUPS = {
    "guitar": ("acoustic guitar", "nylon guitar", "clean guitar", "distorted guitar"),
    "electric guitar": ("clean guitar", "distorted guitar"),
    "string section": ("strings", "violin", "cello", "fiddle"),
    "keyboard": ("piano", "electric piano", "organ", "harpsichord"),
    "keys": ("piano", "electric piano", "organ"),
    "synth": ("synth bass", "saw lead", "square lead", "synth pluck", "pad", "glass pad", "sub bass"),
    "synthesizer": ("saw lead", "square lead", "synth pluck", "pad"),
    "horns": ("trumpet", "trombone", "tuba", "brass", "saxophone"),
    "woodwind": ("flute", "pan flute", "clarinet", "oboe", "saxophone"),
    "wind": ("flute", "pan flute", "clarinet", "oboe", "trumpet", "trombone", "tuba"),
    "bells": ("bell", "glockenspiel", "vibraphone"),
    "mallets": ("marimba", "vibraphone", "kalimba", "glockenspiel"),
    "plucked": ("harp", "koto", "zither", "sitar", "banjo", "mandolin", "nylon guitar"),
    "bass": ("bass guitar", "upright bass", "synth bass", "sub bass"),
    "sax": ("saxophone",),
    "accordion and reeds": ("accordion", "harmonica"),
    "electric bass": ("bass guitar",),
    "electronic sounds": ("saw lead", "square lead", "synth pluck"),
}

_VOICES = {
    "male voice": ("male vocals", "male singer", "man", "singing"),
    "female voice": ("female vocals", "female singer", "woman", "singing"),
    "child voice": ("children", "children singing", "singing"),
    "choir": ("choral", "chant", "singing"),
    "rapper": ("male vocals", "man", "rapping"),
    "speaker": ("man", "speech"),
}

_PERCUSSION = {
    "clap": ("hand clap",),
    "tambourine": ("tambourine",),
    "shaker": ("shaker",),
    "conga low": ("congas", "hand drums"),
    "cowbell": ("cowbell",),
    "timpani": ("timpani",),
    "tabla": ("tabla", "hand drums"),
    "frame drum": ("frame drum", "hand drums"),
    "brush": ("brushes",),
    "808 kick": ("drum machine",),
    "909 kick": ("drum machine",),
    "rock snare": ("heavy drums",),
    "crash": ("cymbals",),
    "ride": ("cymbals",),
    "rim": ("rim shot",),
    "claves": ("claves",),
}


def true_tags(score: Score, artist: Habits) -> set[str]:
    """Return every tag that is true of an excerpt.

    Parameters
    ----------
    score : Score
        What was composed.
    artist : Habits
        Habits of the artist, with their style.

    Returns
    -------
    set of str
        Genre, instruments, voices, drums, tempo, mode, metre, mood, loudness and sound.

    Examples
    --------
    >>> import numpy as np
    >>> from mirlab.corpus import artists, composing, styles
    >>> waltz = styles.all_styles()["volksmusik"]
    >>> rng = np.random.default_rng(3)
    >>> artist = artists.habits(waltz, rng)
    >>> "waltz" in true_tags(composing.compose(artist, rng, 10.0), artist)
    True
    """
    return (
        {artist.style.family, *_CALLED.get(artist.style.name, (artist.style.name,)), *artist.style.moods}
        | _who_plays(score)
        | _how_it_goes(score, artist.style)
        | _how_it_sounds(score, artist)
    )


def _who_plays(score):
    """Return the tags for instruments, voices and drums."""
    playing, drums = score.instruments, score.drums
    voices = playing & set(_VOICES)
    tags = playing - set(_VOICES) | ({"choir"} & voices)
    tags |= {group for group, members in _GROUPS.items() if playing & set(members)}
    for voice in voices:
        tags |= {"vocals", "voice", *_VOICES[voice]}
    if not voices:
        tags |= {"no vocals", "no voice", "instrumental"}
    tags |= {"drums", "beat"} if drums else {"no drums", "no beat"}
    if len(drums) > 3:
        tags.add("percussion")
    for drum in drums:
        tags.update(_PERCUSSION.get(drum, ()))
    if not drums and len(playing) in (1, 2):
        tags.add({1: "solo", 2: "duet"}[len(playing)])
    if len(playing) >= 4:
        tags.add("ensemble")
    return tags


def _how_it_goes(score, style):
    """Return the tags for tempo, mode, metre and swing."""
    t = score.tempo
    tags = (
        {"very slow", "slow"} if t < 72 else {"slow"} if t < 92 else {"fast"} if t > 128 else {"medium tempo"}
    )
    if t > 155:
        tags |= {"very fast", "quick"}
    if t > 110 and score.drums:
        tags.add("upbeat")
    if style.family != "spoken":
        tags.add("minor" if score.minor else "major")
        if "pentatonic" in score.scale or score.scale == "blues":
            tags.add("pentatonic")
        if score.scale in ("phrygian", "double harmonic"):
            tags.add("tense")
    if score.beats == 3:
        tags |= {"waltz", "triple metre"}
    if style.swing > 0.6:
        tags.add("swinging")
    return tags


def _how_it_sounds(score, artist):
    """Return the tags for loudness, density, room, brightness and register."""
    tags = {{"dry": "close", "room": "room sound", "hall": "echo"}[artist.room]}
    if artist.style.level >= -13:
        tags |= {"loud", "hard"}
    if artist.style.level <= -21:
        tags |= {"quiet", "soft"}
    notes_a_second = len(score.notes) / score.seconds
    if notes_a_second > 14:
        tags |= {"busy", "dense"}
    if notes_a_second < 4:
        tags |= {"sparse", "airy"}
    if artist.tilt > 0.8:
        tags.add("bright")
    if artist.tilt < -0.8:
        tags |= {"warm", "muffled"}
    electronic_drums = score.drums & {"808 kick", "909 kick", "electronic snare"}
    if not score.instruments & set(_GROUPS["synth"]) and not electronic_drums:
        tags.add("acoustic")
    tones = [n.pitch for n in score.notes if n.role == "lead"]
    if tones and sum(tones) / len(tones) > 76:
        tags.add("high")
    if tones and sum(tones) / len(tones) < 58:
        tags.add("low")
    return tags
