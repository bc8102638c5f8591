"""Tiny copies of the real sets in their true layouts, and what must be read of each.

Paths are written as in the set's own documents; `Layout` says how copies in the wild differ from that.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile

from mirlab.datasets import artists1517, gtzan, homburg, unique


@dataclass(frozen=True)
class Layout:
    """Where a copy is, below the folder of all sets, and which of its folders have other names."""

    base: str
    renamed: dict[str, str] = field(default_factory=dict)

    def place(self, path):
        """Return where a path of the set is, below the folder of all sets."""
        for name, other in self.renamed.items():
            if path.startswith(f"{name}/"):
                path = f"{other}/{path.removeprefix(f'{name}/')}"
        return Path(self.base, path)


@dataclass(frozen=True)
class Tiny:
    """A tiny copy of a set.

    Attributes
    ----------
    clips : dict of str to tuple
        Of each track id: the path, the label (or all tags), and the group.
    labels : list of str
        All labels, in their order.
    tables : dict of str to str
        Path and text of each table.
    layouts : tuple of Layout
        The first is the usual one.
    problems : tuple of str
        How the sentences about a whole tiny copy begin, which is a small part of the set.
    splits : dict
        The parts of the published splits, of the clips that are there.
    """

    name: str
    clips: dict[str, tuple]
    labels: list[str]
    layouts: tuple[Layout, ...]
    tables: dict[str, str] = field(default_factory=dict)
    length: float = 30.0
    problems: tuple[str, ...] = ()
    splits: dict[str, dict[str, str]] = field(default_factory=dict)

    def write(self, root, layout=None, *, seconds=None, ending=None):
        """Write the copy below a folder; return the path of each clip.

        Files hold a few bytes of their own, or, with `seconds`, noise.
        """
        layout = layout or self.layouts[0]
        paths = {}
        for seed, (track_id, (path, *_)) in enumerate(self.clips.items()):
            path = root / layout.place(path)
            paths[track_id] = path = path if ending is None else path.with_suffix(ending)
            path.parent.mkdir(parents=True, exist_ok=True)
            if seconds is None:
                path.write_bytes(track_id.encode())
            else:
                y = np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * 8000))
                soundfile.write(path, y, 8000, format="WAV")  # readers go by the content
        for path, text in self.tables.items():
            path = root / layout.place(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return paths


def _bases(*bases):
    return tuple(map(Layout, bases))


TRACKS = """,artist,set,set,track
,id,split,subset,genre_top
track_id,,,,
2,1,training,small,Hip-Hop
5,1,validation,small,Hip-Hop
10,6,test,small,Pop
3,1,training,medium,Rock
"""
LIST = r"""file,genre
a.mp3,jazz
sub/b.mp3,Classical
sub\Façade.mp3,Soul/RnB
d.mp3,Jazz
"""
ANNOTATIONS = """clip_id\tslow\trock\tno voice\tambient\tmp3_path
2\t1\t1\t0\t0\tf/apa_ya-cd-01-rain-0-29.mp3
6\t1\t0\t0\t1\t0/lvx_nova-cd-01-wind-30-59.mp3
9\t0\t0\t0\t1\tc/lvx_nova-cd-02-snow-30-59.mp3
"""
CLIP_INFO = """clip_id\tartist
2\tAPA Ya
6\tLVX Nova
9\tLVX Nova
"""

ARTISTS1517 = Tiny(
    "artists1517",
    {
        "Children's/Dry_Wells-Rain": ("Childrens/Dry_Wells-Rain.mp3", "Children's", 0),
        "R&B & Soul/22-Rain": ("R_B_Soul/22-Rain.mp3", "R&B & Soul", 1),
        "R&B & Soul/the dry wells-Sun": ("R_B_Soul/the dry wells-Sun.mp3", "R&B & Soul", 2),
        "World/DRY__WELLS -Half-Time": ("World/DRY__WELLS -Half-Time.mp3", "World", 0),
    },
    list(artists1517.GENRES),
    _bases("1517-Artists", "artists1517/mp3", "The 1517 Artists Dataset", "Data/1517-Artists"),
    problems=("4 of 3180 songs; there is none of Alternative & Punk, Blues, Classical,",),
)
HOMBURG = Tiny(
    "homburg",
    {
        "blues/THE__SEVEN_KEYS-Don_t_Ask_": ("blues/THE__SEVEN_KEYS-Don_t_Ask_.mp3", "blues", 0),
        "folkcountry/Dry_Wells-Rain": ("Folk & Country/Dry_Wells-Rain.mp3", "folkcountry", 1),
        "raphiphop/_dry_wells_-More": ("Rap-HipHop/_dry_wells_-More.mp3", "raphiphop", 1),
        "rock/the_seven_keys-Half-Time": ("ROCK/the_seven_keys-Half-Time.mp3", "rock", 0),
    },
    list(homburg.GENRES),
    _bases("homburg", "Homburg/audios", "HOMBURG AUDIO/wav", "garageband", "Data/Dortmund"),
    length=10.0,
    problems=tuple(
        f"{label}: {int(label in ('blues', 'folkcountry', 'raphiphop', 'rock'))} of {size} files"
        for label, size in homburg.SIZES.items()
    ),
)
UNIQUE = Tiny(
    "unique",
    {
        "hip-hop/a": ("Hiphop/a.mp3", "hip-hop", 0),
        "klassik/a": ("Classical/a.mp3", "klassik", 1),
        "soul rnb/b": ("Soul & R'n'B/b.mp3", "soul rnb", 2),
        "wort/a": ("Spoken Word/a.mp3", "wort", 3),
    },
    list(unique.GENRES),
    _bases("unique", "Seyerlehner-Unique/wav", "UNIQUE/audio", "unique_dataset"),
    problems=("4 of 3115 songs; there is none of blues, country, dance,",),
)
UNIQUE_TABLE = replace(
    UNIQUE,
    clips={
        "jazz/a": ("a.mp3", "jazz", 0),
        "jazz/d": ("d.mp3", "jazz", 1),
        "klassik/b": ("sub/b.mp3", "klassik", 2),
        "soul rnb/Façade": ("sub/Façade.mp3", "soul rnb", 3),
    },
    tables={
        "list.csv": "file,genre\na.mp3,jazz\nsub/b.mp3,Classical\nsub\\Façade.mp3,Soul/RnB\nd.mp3,Jazz\n"
    },
)
GTZAN_TRACKS = ("blues.00000", "blues.00012", "hiphop.00040", "rock.00099")
GTZAN = Tiny(
    "gtzan",
    {
        "blues.00000": ("blues/blues.00000.wav", "blues", 0),
        "blues.00012": ("blues/blues.00012.wav", "blues", 1),
        "hiphop.00040": ("hiphop/hiphop.00040.wav", "hiphop", 159),
        "rock.00099": ("rock/rock.00099.wav", "rock", 315),
    },
    gtzan.GENRES,
    (
        *_bases("genres", "genres_original", "Data/genres_original", "gtzan/Data/genres_original"),
        *_bases("archive/Data/genres_original", "gtzan_genre/genres", "my copy"),
        Layout("GTZAN", {"hiphop": "Hip-Hop", "blues": "BLUES"}),
    ),
    splits={
        "kereliuk": dict(zip(GTZAN_TRACKS, ("valid", "test", "test", "train"), strict=True)),
        "foleiss": dict(zip(GTZAN_TRACKS, ("fold 2", "fold 1", "fold 2", "fold 3"), strict=True)),
    },
)
MAGNATAGATUNE = Tiny(
    "magnatagatune",
    {
        "2": ("mp3/f/apa_ya-cd-01-rain-0-29.mp3", ("slow", "rock"), 0),
        "6": ("mp3/0/lvx_nova-cd-01-wind-30-59.mp3", ("ambient", "slow"), 1),
        "9": ("mp3/c/lvx_nova-cd-02-snow-30-59.mp3", ("ambient",), 1),
    },
    ["ambient", "slow", "rock"],
    (
        Layout("magnatagatune"),
        Layout("MTAT", {"mp3": "."}),
        Layout("mtt", {"mp3": "MP3/mp3"}),
        Layout("The MagnaTagATune Dataset", {"mp3": "audio"}),
        Layout("download"),
    ),
    tables={"annotations_final.csv": ANNOTATIONS, "clip_info_final.csv": CLIP_INFO},
    splits={"folders": {"2": "test", "6": "train", "9": "valid"}},
)
FMA = Tiny(
    "fma",
    {
        "000002": ("fma_small/000/000002.mp3", "Hip-Hop", 0),
        "000005": ("fma_small/000/000005.mp3", "Hip-Hop", 0),
        "000010": ("fma_small/000/000010.mp3", "Pop", 1),
    },
    ["Hip-Hop", "Pop"],
    (
        Layout("fma"),
        Layout("."),
        Layout("FMA", {"fma_small": "FMA_Small", "fma_metadata": "."}),
        Layout("fma", {"fma_small": "fma_small/fma_small", "fma_metadata": "fma_metadata/fma_metadata"}),
        Layout("download", {"fma_small": "sound/fma_small", "fma_metadata": "tables/fma_metadata"}),
    ),
    tables={"fma_metadata/tracks.csv": TRACKS},
    splits={"fma": {"000002": "train", "000005": "valid", "000010": "test"}},
)
REAL = {
    "artists1517": ARTISTS1517,
    "homburg": HOMBURG,
    "unique": UNIQUE,
    "unique, as a table": UNIQUE_TABLE,
    "gtzan": GTZAN,
    "magnatagatune": MAGNATAGATUNE,
    "fma": FMA,
}
