"""Songs in another room, on another radio: which are chosen, how they are disturbed and described.

`mirlab.paper.disturbances` holds the protocol of lesson 14 and measures; this module holds its data.
"""

import io
from functools import cached_property

import numpy as np

from mirlab import evaluate, networks, paths
from mirlab.audio import SAMPLE_RATE
from mirlab.audio.disturbances import DISTURBANCES
from mirlab.features import aggregate, log_mel, mfcc
from mirlab.paper.resuming import folder

SET = "gtzan-synth"
PER_GENRE = 20
SECONDS = (5, 3)
"""How much is disturbed, and how much of the end of it is described."""
EXTRACTORS = ("base", "mfcc", "tag", "mtt_vgg")
N_SPLITS = 5
VERSION = "1"
"""Part of the key of everything kept. Raise it whenever another figure comes out."""


def chosen(data, per_genre=PER_GENRE):
    """Choose songs of each genre, of as many artists as possible.

    Parameters
    ----------
    data : mirlab.datasets.Dataset
        With one label per song, and artists as `groups`.
    per_genre : int
        Songs of each label; all of them if there are fewer.

    Returns
    -------
    ndarray of int
        Positions in `data`, in its order.
    """
    positions = []
    for label in np.unique(data.y):
        mine = np.flatnonzero(data.y == label)
        seen = {}
        turn = [seen.setdefault(artist, []).append(0) or len(seen[artist]) for artist in data.groups[mine]]
        positions.extend(mine[np.argsort(turn, kind="stable")[:per_genre]])
    return np.sort(positions)


def disturbed(y, name, strength, number):
    """Return the three seconds that are described: the end of the disturbed middle of an excerpt.

    Parameters
    ----------
    y : ndarray, shape (samples,)
        An excerpt, at 22 050 Hz.
    name : str
        One of `DISTURBANCES`; any of them at strength 0.
    strength : float
        From 0 to 1.
    number : int
        Position of the excerpt in its set, for its own noise and its own room.

    Returns
    -------
    ndarray, shape (66150,), float32
    """
    whole, part = (seconds * SAMPLE_RATE for seconds in SECONDS)
    start = max(0, (len(y) - whole) // 2)
    middle = y[start : start + whole]
    return DISTURBANCES[name](middle, strength, seed=[number, round(100 * strength)])[-part:]


def described(y, embedding, *, network=True):
    """Describe a sound by every extractor.

    Parameters
    ----------
    y : ndarray, shape (samples,)
        Mono sound.
    embedding : callable
        V, from `Study.embedding`.
    network : bool
        Whether to use the network too, which takes most of the time.

    Returns
    -------
    dict of str to ndarray, shape (windows, p), float32
        By the names of `EXTRACTORS`.
    """
    frames = log_mel(y)
    found = {"base": aggregate(frames), "mfcc": aggregate(mfcc(frames)), "tag": aggregate(embedding(frames))}
    return found | ({"mtt_vgg": networks.embed(y, "mtt_vgg")} if network else {})


class Disturbed:
    """The chosen songs in every domain; features are made when they are needed, and kept.

    Parameters
    ----------
    study : mirlab.paper.Study
        Its embedding and its progress are used.

    Attributes
    ----------
    y, groups : ndarray, shape (songs,)
        Labels and artists.
    """

    def __init__(self, study):
        self.study, self._windows = study, {}
        self.data = study.stored(SET).dataset
        self.songs = chosen(self.data)
        self.y, self.groups = self.data.y[self.songs], self.data.groups[self.songs]

    @cached_property
    def sounds(self):
        """The chosen excerpts."""
        return [self.data.audio(i) for i in self.songs]

    def windows(self, name, strength):
        """Return the windows of all songs under a disturbance: dict of str to (songs, windows, p)."""
        key = ("clean" if strength == 0 else name, strength)
        if key not in self._windows:
            file = folder("disturbances", VERSION) / f"{key[0]}-{strength:g}.npz"
            if not file.is_file():
                content = io.BytesIO()
                np.savez(content, **self._describe(name, strength))
                paths.write_atomically(file, content.getvalue())
            with np.load(file, allow_pickle=False) as kept:
                self._windows[key] = {kind: kept[kind] for kind in EXTRACTORS}
        return self._windows[key]

    def _describe(self, name, strength):
        V, found = self.study.embedding("tag", SET), {}
        for done, (i, y) in enumerate(zip(self.songs, self.sounds, strict=True), start=1):
            sound = disturbed(y, name, strength, int(i))
            for kind, windows in described(sound, V).items():
                found.setdefault(kind, []).append(windows)
            self.tell(done, len(self.songs), f"{name} {strength:g}")
        return {kind: np.stack(windows).astype(np.float32) for kind, windows in found.items()}

    def tell(self, *news):
        """Report progress, if somebody wants to know."""
        if self.study.progress:
            self.study.progress(*news)

    def folds(self, seed):
        """Return the fold of each song; folds do not cut artists."""
        return evaluate.folds(self.y, self.groups, n_splits=N_SPLITS, random_state=seed)


def small(study, disturbances, *, per_genre=8, progress=None):
    """Describe a small part of the songs, clean and disturbed, without the network: for a lesson, live.

    Parameters
    ----------
    study : mirlab.paper.Study
        Its embedding is used.
    disturbances : dict of str to float
        Some of `DISTURBANCES`, each with its strength.
    per_genre : int
        Songs of each genre.
    progress : callable, optional
        Called without arguments after each song.

    Returns
    -------
    domains : dict of str to dict of str to ndarray, shape (songs, windows, p)
        "clean" and each disturbance; in each, the windows of all songs by extractor.
    y, groups : ndarray, shape (songs,)
        Labels and artists.
    """
    data, V = study.stored(SET).dataset, study.embedding("tag", SET)
    songs, wanted = chosen(data, per_genre), {"clean": ("noise", 0.0)}
    wanted |= {name: (name, strength) for name, strength in disturbances.items()}
    found = {domain: [] for domain in wanted}
    for i in songs:
        sound = data.audio(i)
        for domain, (name, strength) in wanted.items():
            found[domain].append(described(disturbed(sound, name, strength, int(i)), V, network=False))
        if progress:
            progress()
    domains = {
        domain: {kind: np.stack([one[kind] for one in rows]) for kind in rows[0]}
        for domain, rows in found.items()
    }
    return domains, data.y[songs], data.groups[songs]
