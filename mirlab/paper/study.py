"""A study: the data, features and embeddings that all experiments share."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from mirlab import datasets, extractors, networks, paths, store, work
from mirlab.datasets import files, real_name, synthetic_name
from mirlab.errors import DatasetError
from mirlab.features import mfcc
from mirlab.paper import controls, protocol
from mirlab.paper import embedding as embeddings
from mirlab.paper.embedding import Embedding
from mirlab.paper.protocol import FEATURES, GENRE_SETS, KINDS, TAG_SET

KEPT = "finished features and embeddings are kept"


@dataclass(eq=False)
class Study:
    """The data, features and embeddings that all experiments share.

    Parameters
    ----------
    scale : {"lesson", "paper"}
        Size of the synthetic sets.
    seed : int
        Seed of training, folds and draws. The corpus itself is a fixed data set.
    root : path-like, optional
        A folder with real data sets; without it, the study uses the synthetic ones.
    n_jobs : int
        Processes; results do not depend on it.
    progress : callable, optional
        ``progress(done, total, what)``, called as work is done.
    parameters : dict
        Parameters for `learn` that differ from the paper's.
    features : sequence of str
        The kinds of features that the experiments compare, from `KINDS`.
    tag_scale : {"lesson", "paper"}, optional
        Size of the synthetic tag set, where it is not `scale`.

    Raises
    ------
    DatasetError
        If a kind of features is unknown.

    Examples
    --------
    >>> Study().targets
    ['artists1517-synth', 'gtzan-synth', 'homburg-synth', 'unique-synth']
    """

    scale: str = "lesson"
    seed: int = 0
    root: Path | None = None
    n_jobs: int = 1
    progress: Callable | None = None
    parameters: dict = field(default_factory=dict)
    features: tuple[str, ...] = FEATURES
    tag_scale: str | None = None
    _kept: dict = field(default_factory=dict, init=False, repr=False)

    default_progress: ClassVar[Callable | None] = None
    """`progress` of studies that are given none. Lessons set it, so a notebook never works in silence."""

    def __post_init__(self):
        if self.progress is None:
            self.progress = self.default_progress
        self.features = tuple(self.features)
        for kind in self.features:
            if kind not in KINDS:
                raise DatasetError(f"there are no features {kind!r}; there are {', '.join(KINDS)}")

    def but(self, **changes) -> "Study":
        """Return a study that differs in some parameters only.

        Parameters
        ----------
        **changes
            New values of parameters, such as ``seed=1``.

        Returns
        -------
        Study
            It does not search its folder again, and shares nothing else with this one.

        Examples
        --------
        >>> Study().but(seed=3).seed
        3
        """
        other = replace(self, **changes)
        if (other.root, other.scale) == (self.root, self.scale):
            other._kept |= {key: self._kept[key] for key in ("search", "real") if key in self._kept}
        return other

    @property
    def real(self) -> dict[str, datasets.Dataset]:
        """The real data sets found under `root`, by name."""
        if self.root is None:
            return {}

        def open_all():
            found, _ = self._search()
            return {name: files.dataset(found[name], progress=self.progress) for name in found}

        return self._keep("real", open_all)

    @property
    def refused(self) -> list[str]:
        """Folders under `root` that are named like a data set and cannot be read as one: a sentence each."""
        return [] if self.root is None else self._search()[1]

    def listing(self, name: str) -> files.Listing | None:
        """Return what the folders and tables of a real set say, also of songs whose files are missing.

        Parameters
        ----------
        name : str
            A data set.

        Returns
        -------
        mirlab.datasets.files.Listing or None
            None for a set that was not found under `root`.
        """
        return None if self.root is None else self._search()[0].get(name)

    def _search(self):
        return self._keep("search", partial(datasets.search, self.root, scale=self.scale))

    @property
    def targets(self) -> list[str]:
        """Names of the sets whose genres are predicted: real ones if a root is given, else synthetic."""
        real = [name for name in self.real if name != TAG_SET]
        return real if self.root is not None else [synthetic_name(name) for name in GENRE_SETS]

    def sources(self, kind: str, target: str = "") -> list[str]:
        """Return the data sets that features are made from.

        Parameters
        ----------
        kind : str
            An embedding ("genre", "tag" or "joint"), or one of `KINDS`.
        target : str
            The set it will be used on. Neither this set nor its synthetic twin is among the sources.

        Returns
        -------
        list of str
            Real sets where there are any, else synthetic ones; none for base features, MFCCs and pretrained
            networks.

        Raises
        ------
        ValueError
            If there is no such kind.

        Examples
        --------
        >>> Study().sources("genre", "gtzan-synth")
        ['artists1517-synth', 'homburg-synth', 'unique-synth']
        """
        if kind not in (*KINDS, "joint"):
            raise ValueError(f"kind={kind!r} is unknown; it must be {', '.join(map(repr, KINDS))} or 'joint'")
        if kind in ("base", "mfcc", *networks.NAMES):
            return []
        if kind not in ("genre", "joint"):
            return [TAG_SET if TAG_SET in self.real else synthetic_name(TAG_SET)]
        real = [name for name in GENRE_SETS if name in self.real]
        if kind == "joint":
            return real if len(real) > 1 else [synthetic_name(name) for name in GENRE_SETS]
        others = [name for name in real if name != target]
        return others or [synthetic_name(name) for name in GENRE_SETS if name != real_name(target)]

    def stored(self, name: str, kind: str = "base") -> store.StoredFeatures:
        """Return the features of a data set, extracting them if that was not done yet.

        Parameters
        ----------
        name : str
            A data set.
        kind : str
            "base" for log-mel frames, or one of `mirlab.networks.NAMES` for its embedding of each patch.

        Returns
        -------
        mirlab.store.StoredFeatures
            Memory-mapped.

        Raises
        ------
        NetworkError
            If the network is not on this machine.
        """
        if ("stored", name, kind) not in self._kept:
            self._extract([(name, kind)])
        return self._kept["stored", name, kind]

    def embedding(self, kind: str, target: str = "") -> Embedding:
        """Return an embedding, learning it if that was not done yet.

        Parameters
        ----------
        kind : {"genre", "tag", "joint"}
            Which one.
        target : str
            The set it will be used on.

        Returns
        -------
        Embedding
            Kept as plain arrays under `mirlab.paths.data_dir`.
        """
        names = self.sources(kind, target)

        def get():
            file = self._embedding_file(names)
            known = embeddings.load(paths.locate(*file))
            if known is not None:
                return known
            sources = [self.stored(name) for name in names]
            settings = {"epoch_size": protocol.SAMPLES[self.scale], "n_epochs": protocol.EPOCHS}
            learned = embeddings.learn(sources, seed=self.seed, **settings | self.parameters)
            embeddings.save(learned, paths.data_dir().joinpath(*file))
            return learned

        return self._keep(("embedding", *names), get)

    def _embedding_file(self, names):
        """Return where an embedding is kept: one place for each combination of what determines it."""
        digest = hashlib.blake2b(digest_size=10)
        settings = (embeddings.VERSION, self.seed, protocol.SAMPLES[self.scale], protocol.EPOCHS)
        digest.update(" ".join(map(str, settings)).encode())
        digest.update(f"{sorted(self.parameters.items()) or ''}".encode())
        for name in names:
            source = self.stored(name)
            digest.update(f"\n{name} {source.key} {source.dataset.label_names}".encode())
            digest.update(source.dataset.y.tobytes())
        return "embeddings", f"{digest.hexdigest()}.npz"

    def windows(self, name: str, features: str) -> list[np.ndarray]:
        """Return the window-level features of a data set (§4).

        Parameters
        ----------
        name : str
            The target set.
        features : str
            One of `KINDS`: "base" is the mel spectrum; "genre" and "tag" are embeddings of it, and "mfcc" its
            cepstrum; for "random", "rotation" and "whitened" see `mirlab.paper.controls`. A network's
            embedding has one row for each patch of three seconds.

        Returns
        -------
        list of ndarray, shape (windows, 4 * d) or (patches, d), float32
            One per excerpt, in the order of ``stored(name).dataset``.

        Raises
        ------
        ValueError
            If there are no such features.
        NetworkError
            If a network is not on this machine.
        """
        if features not in KINDS:  # the joint embedding, for example, has seen the target
            raise ValueError(f"features={features!r} is unknown; it must be {', '.join(map(repr, KINDS))}")
        return self._keep(("windows", name, features), lambda: self._windows(name, features))

    def _windows(self, name, features):
        if features in networks.NAMES:
            patches = self.stored(name, features)
            if patches.dataset.track_ids != self.stored(name).dataset.track_ids:
                raise DatasetError(f"{name}: {features} cannot describe the same excerpts as log-mel frames")
            return patches.windows(summary=lambda rows, width: rows)  # each is as long as a window already
        if features == "whitened":
            base = self._kept.get(("windows", name, "base")) or self.stored(name).windows()
            return [self._control(features)(windows).astype(np.float32) for windows in base]
        if features in ("random", "rotation"):
            return self.stored(name).windows(self._control(features))
        transforms = {"base": None, "mfcc": mfcc}
        transform = transforms[features] if features in transforms else self.embedding(features, name)
        return self.stored(name).windows(transform)

    def _control(self, features):
        return self._keep(features, lambda: controls.make(features, self))

    def forget_windows(self, name: str, features: str) -> None:
        """Free the memory of the arrays that `windows` returned.

        Parameters
        ----------
        name, features
            As for `windows`.
        """
        self._kept.pop(("windows", name, features), None)

    def songs(self, name: str) -> tuple[np.ndarray, np.ndarray | None]:
        """Return what the protocols need to know of the songs of a data set.

        Parameters
        ----------
        name : str
            The target set.

        Returns
        -------
        labels : ndarray of str, shape (n,)
            The label of each song.
        groups : ndarray, shape (n,), or None
            See `groups`.
        """
        data = self.stored(name).dataset
        return np.array(data.label_names)[data.y], self.groups(name)

    def groups(self, name: str) -> np.ndarray | None:
        """Return what a split must not cut: nothing in the paper's own sets, recordings in a folder.

        Parameters
        ----------
        name : str
            The target set.

        Returns
        -------
        ndarray or None
            For `mirlab.evaluate`. The paper splits its sets by song; lessons 02 and 04 ask what that is
            worth.
        """
        return None if real_name(name) in GENRE_SETS else self.stored(name).dataset.groups

    def _keep(self, key, make):
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def prepare(self) -> None:
        """Extract all features and learn all embeddings that the experiments need, several at a time.

        What exists is not computed again; if nothing is missing, `progress` is not called.
        """
        learned = [("joint", "")]
        learned += [
            (kind, target) for kind in ("tag", "genre") if kind in self.features for target in self.targets
        ]
        by_sources = {tuple(self.sources(*item)): item for item in learned}
        names = sorted({*self.targets, *(name for names in by_sources for name in names)})
        deep = [kind for kind in self.features if kind in networks.NAMES]
        self._extract(
            [(name, "base") for name in names] + [(name, one) for one in deep for name in self.targets]
        )
        missing = [
            item
            for names, item in by_sources.items()
            if embeddings.load(paths.locate(*self._embedding_file(names))) is None
        ]
        for _ in self.parallel(_learn_one, missing, "embeddings"):
            pass

    def _extract(self, items):
        """Extract features of several data sets, with one progress bar for all of them."""
        data = {item: self._dataset(item[0]) for item in items if ("stored", *item) not in self._kept}
        total, before = sum(map(len, data.values())), 0
        for number, ((name, kind), one) in enumerate(data.items(), start=1):

            def tell(done, _, name, before=before, number=number):
                self.progress(before + done, total, f"set {number} of {len(data)}, {name}")

            progress = self.progress and tell
            how = {"extractor": extractors.named(kind), "n_jobs": self.n_jobs, "progress": progress}
            self._kept["stored", name, kind] = store.extract(one, **how)
            before += len(one)

    def _dataset(self, name):
        if name in self.real:
            return self.real[name]
        scale = self.tag_scale if name == synthetic_name(TAG_SET) else None
        return datasets.load(name, scale=scale or self.scale)

    def parallel(self, function: Callable, items: list, what: str, kept: str = KEPT) -> Iterator:
        """Do work in as many processes as allowed, and report to `progress`.

        Parameters
        ----------
        function : callable
            ``function(study, *item)``; the study is this one, or a copy of it in another process.
        items : list of tuple
            The arguments of each call.
        what : str
            What is being done, for `progress` and for error messages.
        kept : str
            What the user still has if the work is interrupted, for error messages.

        Yields
        ------
        object
            What `function` returns for each item, in their order.

        Raises
        ------
        MirlabError
            If a worker process dies or memory runs out: see `mirlab.work.parallel`.
        """
        study = self.but(n_jobs=1)
        study.progress = None
        if self.n_jobs == 1:
            study._kept = self._kept
        calls = [(study, *item) for item in items]
        return work.parallel(
            function, calls, n_jobs=self.n_jobs, what=what, progress=self.progress, kept=kept
        )


def _learn_one(study, kind, target):
    study.embedding(kind, target)
