"""Kinds of tags: genres, instruments, voice or drums, and moods."""

import numpy as np

_WORDS = {
    "genre": (
        "african, alternative, ambient, baroque, blues, bossa nova, chamber music, children's, classical, "
        "club, country, dance, eastern, electro, electronic, electronica, film music, folk, funk, gospel, "
        "hard rock, heavy metal, hip hop, house, jazz, latin, lounge, metal, new age, nursery rhyme, "
        "opera, orchestral, polyrhythmic, pop, punk, r&b, raga, rap, reggae, rock, salsa, schlager, solo "
        "piano, soul, soundtrack, spoken, story, swing, symphony, talking, techno, trance, volksmusik, "
        "world"
    ),
    "instrument": (
        "accordion, accordion and reeds, acoustic guitar, banjo, bass, bass guitar, bell, bells, brass, "
        "cello, clarinet, clean guitar, distorted guitar, electric bass, electric guitar, electric piano, "
        "electronic sounds, fiddle, flute, glass pad, glockenspiel, guitar, harmonica, harp, harpsichord, "
        "horns, kalimba, keyboard, keys, koto, mallets, mandolin, marimba, nylon guitar, oboe, organ, "
        "pad, pan flute, piano, plucked, sax, saxophone, saw lead, sitar, square lead, string section, "
        "steel drum, strings, sub bass, synth, synth bass, synth pluck, synthesizer, trombone, trumpet, "
        "tuba, upright bass, vibraphone, viola, violin, wind, woodwind, zither"
    ),
    "voice or drums": (
        "beat, brushes, chant, children, children singing, choir, choral, clapping, claves, congas, "
        "cowbell, cymbals, drum machine, drums, female singer, female vocals, frame drum, hand clap, hand "
        "drums, heavy drums, instrumental, male singer, male vocals, man, no beat, no drums, no vocals, "
        "no voice, percussion, rapping, rim shot, shaker, singing, speech, tabla, tambourine, timpani, "
        "vocals, voice, woman"
    ),
    "mood": (
        "aggressive, calm, catchy, cheerful, cool, dark, dramatic, dreamy, driving, elegant, energetic, "
        "epic, festive, fun, happy, hypnotic, meditative, melancholic, mellow, nostalgic, playful, "
        "relaxing, romantic, sad, serious, soulful, spacey, urban"
    ),
}

KINDS = {kind: text.split(", ") for kind, text in _WORDS.items()}
"""Tags that name a genre, an instrument, a voice or drums, or a mood.

"Loud" can be a mood or a property of the sound. Here it is in neither, like tempo and brightness."""

OTHER = "other"
"""The kind of a tag that `KINDS` does not list: tempo, mode, loudness, recording."""


def kinds(names):
    """Return the kind of each tag.

    Parameters
    ----------
    names : sequence of str
        Tags.

    Returns
    -------
    ndarray of str, shape (len(names),)
        A key of `KINDS`, or `OTHER`.

    Examples
    --------
    >>> kinds(["jazz", "piano", "drums", "sad", "slow"]).tolist()
    ['genre', 'instrument', 'voice or drums', 'mood', 'other']
    """
    of = {tag: kind for kind, tags in KINDS.items() for tag in tags}
    return np.array([of.get(name, OTHER) for name in names])
