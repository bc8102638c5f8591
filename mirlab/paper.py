"""The paper's experiments, §6: Tables 3, 4, 5 and Figure 3, beside the published figures.

The protocol, fixed before it was run:

* *Embeddings* are learned on frames of the source sets alone, standardised with the sources' own mean
  and deviation; nothing of the target set, not even a mean, is looked at. The genre embedding of a target
  is learned on the other genre sets, the tag embedding on the tag set, the joint one on all genre sets.
* *Classification*: ten folds by song, as in the paper; windows, linear regression, song average.
* *Similarity*: L1 between the mean windows of songs, precision at 10.
* *Semantic recovery*, which the paper had no way to measure, needs the true overlap of labels, which is
  known of the synthetic corpus only. Of real sets it is measured by what the labels are called.
* *Real sets* are also split by artist where artists are known, and as others have published it.

A `Study` holds what all experiments share. `reproduce` runs them all; the notebooks call the same
functions and get the same figures.
"""

import hashlib
import inspect
import io
import json
import platform
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
from joblib import Parallel, delayed
from scipy import sparse

from mirlab import __version__, datasets, evaluate, neighbours, nonlinear, paths, store, warp
from mirlab.corpus.styles import true_overlap
from mirlab.datasets import files
from mirlab.datasets.labels import nominal_overlap
from mirlab.errors import DatasetError, StoreError

GENRE_SETS = ("artists1517", "gtzan", "homburg", "unique")
TAG_SET = "magnatagatune"
FEATURES = ("base", "genre", "tag")
PER_CLASS = (1, 2, 5, 10, 20)
RESULTS = paths.COURSE / "data" / "results"
"""Where reports lie that were made beforehand."""
EXPERIMENTS = ("table3", "table4", "table5", "figure3")
EPOCHS = 20
SAMPLES = {"lesson": 100_000, "paper": 500_000}
"""Frames seen in an epoch. The paper does not say how long it trained."""


@cache
def published() -> dict:
    """Return the figures that the paper prints.

    Returns
    -------
    dict
        ``table3`` maps seeds to neighbours, ``table4`` sets and features to (accuracy, standard error),
        ``table5`` sets and features to precision at 10.

    Raises
    ------
    DatasetError
        If mirlab was not installed from a clone of the course, where they lie.

    Examples
    --------
    >>> published()["table4"]["gtzan"]["tag"]
    [0.754, 0.015]
    """
    file = paths.COURSE / "data" / "published.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: install mirlab from a clone of the course") from error


def kept_report(seed=0) -> dict:
    """Return a report of `reproduce` that was made beforehand and is kept with the course.

    Parameters
    ----------
    seed : int
        0 to 4, at lesson scale.

    Returns
    -------
    dict
        As `reproduce` returned it; ``versions`` says with what.

    Raises
    ------
    DatasetError
        If there is none of this seed.

    Examples
    --------
    >>> kept_report()["table4"][0]["dataset"]
    'artists1517-synth'
    """
    file = RESULTS / f"reproduce-seed{seed}.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing: `mirlab reproduce --seed {seed} --json` makes it") from error


# --- embeddings -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Embedding:
    """A learned space: call it with frames to map them there.

    Attributes
    ----------
    sources : dict of str to list of str
        The data sets it was learned on, and their labels.
    mean, scale : ndarray, shape (d,)
        Standardisation, from the sources.
    components : ndarray, shape (D, d), or (D, n_hidden) behind a hidden layer
        V of §5.
    label_embeddings : list of ndarray, shape (labels, D)
        W of §5, one for each source.
    loss_curve : ndarray, shape (epochs,)
        Mean loss in each epoch.
    hidden : tuple of ndarray, shapes (n_hidden, d) and (n_hidden,), or None
        U and b of `mirlab.nonlinear`, if the map is not linear.
    """

    sources: dict[str, list[str]]
    mean: np.ndarray
    scale: np.ndarray
    components: np.ndarray
    label_embeddings: list[np.ndarray]
    loss_curve: np.ndarray
    hidden: tuple[np.ndarray, np.ndarray] | None = None

    def __call__(self, frames):
        """Map frames into the space.

        Parameters
        ----------
        frames : ndarray, shape (n, d)
            Log-mel frames, not standardised.

        Returns
        -------
        ndarray, shape (n, D), float32
            Φx of §5.
        """
        first, bias = (self.components, 0.0) if self.hidden is None else self.hidden
        matrix = (first / self.scale).T.astype(np.float32)
        mapped = frames @ matrix + (bias - self.mean @ matrix).astype(np.float32)
        return mapped if self.hidden is None else np.maximum(mapped, 0) @ self.components.T

    def affinity(self, frames, source):
        """Return how well frames fit each label of a source.

        Parameters
        ----------
        frames : ndarray, shape (n, d)
            Log-mel frames, not standardised.
        source : str
            One of `sources`.

        Returns
        -------
        ndarray, shape (n, labels), float32
            f_i(x) of §5.
        """
        return self(frames) @ self.label_embeddings[list(self.sources).index(source)].T


def learn(sources, *, seed=0, epoch_size=SAMPLES["lesson"], n_epochs=EPOCHS, **parameters):
    """Learn an embedding from the frames of one or several data sets (§5).

    Parameters
    ----------
    sources : list of mirlab.store.Features
        What it is learned on: the only data that it ever sees.
    seed : int
        For everything random.
    epoch_size : int
        Frames seen in an epoch.
    n_epochs : int
        Epochs.
    **parameters
        Further parameters of `mirlab.warp.WarpEmbedding`; with ``n_hidden``, of
        `mirlab.nonlinear.NonlinearWarpEmbedding`.

    Returns
    -------
    Embedding
        The same for the same sources and seed.

    Examples
    --------
    >>> features = store.extract(datasets.load("gtzan-synth"))  # doctest: +SKIP
    >>> learn([features]).components.shape  # doctest: +SKIP
    (100, 200)
    """
    kind = nonlinear.NonlinearWarpEmbedding if "n_hidden" in parameters else warp.WarpEmbedding
    model = kind(standardize=True, n_epochs=n_epochs, epoch_size=epoch_size, random_state=seed, **parameters)
    model.fit_datasets([(source.frames, _frame_labels(source)) for source in sources])
    labels = [
        [source.dataset.label_names[i] for i in classes]  # a label without a single excerpt has no place
        for source, classes in zip(sources, model.classes_, strict=True)
    ]
    return Embedding(
        dict(zip((source.dataset.name for source in sources), labels, strict=True)),
        model.mean_,
        model.scale_,
        model.components_,
        model.label_embeddings_,
        np.array(model.loss_curve_),
        (model.hidden_weights_, model.hidden_bias_) if "n_hidden" in parameters else None,
    )


def _frame_labels(source):
    """Give every frame the label, or the tags, of its excerpt; tags as a sparse indicator."""
    y = source.dataset.y
    return (y if y.ndim == 1 else sparse.csr_array(y, dtype=np.int8))[source.frame_excerpts()]


def _save(embedding, file):
    """Write an embedding as plain arrays."""
    arrays = {"mean": embedding.mean, "scale": embedding.scale, "components": embedding.components}
    arrays |= {"loss_curve": embedding.loss_curve, "sources": np.array(list(embedding.sources))}
    if embedding.hidden is not None:
        arrays |= dict(zip(("hidden_weights", "hidden_bias"), embedding.hidden, strict=True))
    for name, labels, W in zip(
        embedding.sources, embedding.sources.values(), embedding.label_embeddings, strict=True
    ):
        arrays |= {f"labels of {name}": np.array(labels), f"embedding of {name}": W}
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        paths.write_atomically(file, content.getvalue())
    except OSError as error:
        raise StoreError(
            f"{file.parent}: the embedding cannot be kept here ({error.strerror or error}); make room, or "
            "choose another folder by setting MIRLAB_DATA"
        ) from error


def _open(file):
    """Read an embedding back, or return None if there is none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as a:
            names = a["sources"].tolist()
            return Embedding(
                {name: a[f"labels of {name}"].tolist() for name in names},
                a["mean"],
                a["scale"],
                a["components"],
                [a[f"embedding of {name}"] for name in names],
                a["loss_curve"],
                (a["hidden_weights"], a["hidden_bias"]) if "hidden_weights" in a else None,
            )
    except Exception:  # not there, or damaged in one of the many ways that a zip file can be
        return None


# --- a study ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Study:
    """The data, features and embeddings that all experiments share.

    Parameters
    ----------
    scale : {"lesson", "paper"}
        Size of the synthetic sets.
    seed : int
        Seed of training, folds and draws. The corpus itself is a fixed data set.
    root : path-like, optional
        A folder with real data sets; without it, the study is of the synthetic ones.
    n_jobs : int
        Processes; results do not depend on it.
    progress : callable, optional
        ``progress(done, total, what)``, called as work is done.
    parameters : dict
        For `learn`, if embeddings are to be learned otherwise than in the paper.

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
    _kept: dict = field(default_factory=dict, repr=False)

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
        """What lies under `root`, is named like a data set, and cannot be read as one: a sentence each."""
        return [] if self.root is None else self._search()[1]

    def _search(self):
        return self._keep("search", partial(datasets.search, self.root, scale=self.scale))

    @property
    def targets(self) -> list[str]:
        """Names of the sets whose genres are to be told: real ones if a root is given, else synthetic."""
        real = [name for name in self.real if name != TAG_SET]
        return real if self.root is not None else [f"{name}-synth" for name in GENRE_SETS]

    def sources(self, kind: str, target: str = "") -> list[str]:
        """Return the data sets that an embedding is learned on.

        Parameters
        ----------
        kind : {"genre", "tag", "joint"}
            Which embedding.
        target : str
            The set it will be used on: never among its sources, nor is its synthetic twin.

        Returns
        -------
        list of str
            Real sets where there are any, else synthetic ones.

        Raises
        ------
        ValueError
            If there is no such kind.

        Examples
        --------
        >>> Study().sources("genre", "gtzan-synth")
        ['artists1517-synth', 'homburg-synth', 'unique-synth']
        """
        if kind not in ("genre", "tag", "joint"):
            raise ValueError(f"kind={kind!r} is no embedding; it must be 'genre', 'tag' or 'joint'")
        if kind == "tag":
            return [TAG_SET if TAG_SET in self.real else f"{TAG_SET}-synth"]
        real = [name for name in GENRE_SETS if name in self.real]
        if kind == "joint":
            return real if len(real) > 1 else [f"{name}-synth" for name in GENRE_SETS]
        others = [name for name in real if name != target]
        return others or [f"{name}-synth" for name in GENRE_SETS if name != target.removesuffix("-synth")]

    def features(self, name: str) -> store.Features:
        """Return the frame-level features of a data set, extracting them if that was not done yet.

        Parameters
        ----------
        name : str
            A data set.

        Returns
        -------
        mirlab.store.Features
            Memory-mapped.
        """

        def extract():
            data = self.real[name] if name in self.real else datasets.load(name, scale=self.scale)
            return store.extract(data, n_jobs=self.n_jobs, progress=self.progress)

        return self._keep(("features", name), extract)

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
            found = _open(file)
            if found is None:
                sources = [self.features(name) for name in names]
                settings = {"epoch_size": SAMPLES[self.scale], "n_epochs": EPOCHS} | self.parameters
                found = learn(sources, seed=self.seed, **settings)
                _save(found, file)
            return found

        return self._keep(("embedding", *names), get)

    def _embedding_file(self, names):
        """Return where an embedding is kept: elsewhere as soon as it would come out otherwise."""
        digest = hashlib.blake2b(digest_size=10)
        digest.update(f"{fingerprint()} {self.seed} {SAMPLES[self.scale]} {EPOCHS}".encode())
        digest.update(f"{sorted(self.parameters.items()) or ''}".encode())
        for name in names:
            source = self.features(name)
            digest.update(f"\n{name} {source.key} {source.dataset.label_names}".encode())
            digest.update(source.dataset.y.tobytes())
        return paths.data_dir() / "embeddings" / f"{digest.hexdigest()}.npz"

    def windows(self, name: str, features: str) -> list[np.ndarray]:
        """Return the window-level features of a data set (§4).

        Parameters
        ----------
        name : str
            The target set.
        features : {"base", "genre", "tag"}
            Mel spectrum, or mel spectrum mapped by an embedding.

        Returns
        -------
        list of ndarray, shape (windows, 4 * d), float32
            One an excerpt.

        Raises
        ------
        ValueError
            If there are no such features.
        """
        if features not in FEATURES:  # the joint embedding, for one, has seen the target
            raise ValueError(f"features={features!r} is unknown; it must be {', '.join(map(repr, FEATURES))}")
        transform = None if features == "base" else self.embedding(features, name)
        return self._keep(("windows", name, features), lambda: self.features(name).windows(transform))

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
        return None if name.removesuffix("-synth") in GENRE_SETS else self.features(name).dataset.groups

    def _keep(self, key, make):
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def prepare(self) -> None:
        """Extract all features and learn all embeddings that the experiments need, several at a time.

        What is there already is not made again; if nothing is missing, `progress` is not called.
        """
        learned = [("joint", ""), ("tag", ""), *(("genre", target) for target in self.targets)]
        by_sources = {tuple(self.sources(*item)): item for item in learned}
        for name in sorted({*self.targets, *(name for names in by_sources for name in names)}):
            self.features(name)
        work = [item for names, item in by_sources.items() if _open(self._embedding_file(names)) is None]
        for _ in self.parallel(_learn_one, work, "embeddings"):
            pass

    def parallel(self, function: Callable, work: list, what: str) -> Iterator:
        """Do work in as many processes as allowed, and tell `progress`.

        Parameters
        ----------
        function : callable
            ``function(study, *item)``; the study is this one, or a copy of it in another process.
        work : list of tuple
            The items.
        what : str
            What they are, for `progress`.

        Yields
        ------
        object
            What `function` returns for each item, in their order.
        """
        tell = (self.progress if work else None) or (lambda *_: None)
        if self.n_jobs == 1:
            alone = replace(self, progress=None)
            results = (function(alone, *item) for item in work)
        else:
            kept = {key: self._kept[key] for key in ("search", "real") if key in self._kept}
            sent = replace(self, n_jobs=1, progress=None, _kept=kept)
            run = Parallel(n_jobs=self.n_jobs, return_as="generator")
            results = run(delayed(function)(sent, *item) for item in work)
        tell(0, len(work), what)
        for done, result in enumerate(results, start=1):
            tell(done, len(work), what)
            yield result


def _learn_one(study, kind, target):
    study.embedding(kind, target)


@cache
def fingerprint() -> str:
    """Fingerprint of all that decides how an embedding comes out, so that no old one is taken for new."""
    text = "".join(map(inspect.getsource, (warp, nonlinear, learn, _frame_labels)))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


# --- experiments ------------------------------------------------------------------------------------


def table3(study: Study) -> list[dict]:
    """List the five nearest labels of every label of the joint embedding (§6.1, Table 3).

    Parameters
    ----------
    study : Study
        Its joint embedding is used.

    Returns
    -------
    list of dict
        ``seed`` and ``neighbours``, written ``label (set)``; the paper's six seeds first, in its order.

    Examples
    --------
    >>> table3(Study())[0]["seed"]  # doctest: +SKIP
    'Hip-Hop (artists1517-synth)'
    """
    space = study.embedding("joint")
    table = neighbours.table(space.label_embeddings, space.sources)
    rows = table.groupby("seed", sort=False)["neighbour"].agg(list)
    ending = "-synth" if next(iter(space.sources)).endswith("-synth") else ""
    first = [seed.replace(")", f"{ending})") for seed in published()["table3"]]
    seeds = [s for s in first if s in rows] + [s for s in rows.index if s not in first]
    return [{"seed": seed, "neighbours": rows[seed]} for seed in seeds]


def semantic_recovery(study: Study) -> dict:
    """Measure how much overlap of labels the joint embedding recovers, and class means beside it.

    Parameters
    ----------
    study : Study
        The true overlap is known of synthetic sets only. For real ones, it is what their names say:
        `mirlab.datasets.labels.nominal_overlap`.

    Returns
    -------
    dict
        For "joint embedding" and "class means", and each metric: ``value`` (0 chance, 1 ideal) and
        ``standard_error``.

    Raises
    ------
    ValueError
        If there is nothing to recover.

    Examples
    --------
    >>> semantic_recovery(Study())["joint embedding"]["manhattan"]["value"]  # doctest: +SKIP
    0.7
    """
    space = study.embedding("joint")
    sets = [name for name in space.sources for _ in space.sources[name]]
    labels = [label for name in space.sources for label in space.sources[name]]
    if all(name.endswith("-synth") for name in space.sources):
        short = [name.removesuffix("-synth") for name in sets]
        overlap = true_overlap(list(zip(short, labels, strict=True)))
    else:
        overlap = nominal_overlap(labels)
    means = []
    for name in space.sources:
        data = study.features(name).dataset
        y = np.array([space.sources[name].index(data.label_names[i]) for i in data.y])
        songs = evaluate.song_vectors(study.windows(name, "base"))
        means.append(neighbours.class_means(songs, y, len(space.sources[name])))
    vectors = {
        "joint embedding": np.concatenate(space.label_embeddings),
        "class means": np.concatenate(means),
    }
    result = {}
    for what, where in vectors.items():
        for metric in ("manhattan", "cosine"):
            r = neighbours.semantic_recovery(where, overlap, sets, metric=metric)
            one = {"value": r.value, "standard_error": r.standard_error}
            result.setdefault(what, {})[metric] = one
    return result


def classify(study: Study, target: str, features: str) -> evaluate.CrossValidation:
    """Measure accuracy at full data (§6.2, one cell of Table 4).

    Parameters
    ----------
    study : Study
        Data and embeddings.
    target : str
        The target set.
    features : {"base", "genre", "tag"}
        On which features.

    Returns
    -------
    mirlab.evaluate.CrossValidation
        The same folds for all three features.

    Raises
    ------
    ValueError
        If the set cannot be split, as when a label has a single recording.
    """
    return evaluate.cross_validate(
        study.windows(target, features),
        random_state=study.seed,
        **_songs(study.features(target).dataset, study.groups(target)),
    )


def curve(study: Study, target: str, features: str) -> evaluate.LearningCurve:
    """Measure accuracy against the number of labelled songs (§6.2, one line of Figure 3).

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    mirlab.evaluate.LearningCurve
        The same folds and draws for all three features.

    Raises
    ------
    ValueError
        As for `classify`.
    """
    return evaluate.learning_curve(
        study.windows(target, features),
        per_class=PER_CLASS,
        random_state=study.seed,
        **_songs(study.features(target).dataset, study.groups(target)),
    )


def similar(study: Study, target: str, features: str) -> np.ndarray:
    """Measure precision at 10 of every excerpt (§6.3, one cell of Table 5).

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    ndarray, shape (queries,)
        Share of the ten nearest excerpts that carry the same label. An excerpt is no query if there is
        nothing to be found: if no other, or none of another recording in a folder, carries its label.

    Raises
    ------
    ValueError
        If there are fewer than ten excerpts to choose from, or no query.
    """
    songs = evaluate.song_vectors(study.windows(target, features))
    y, groups = study.features(target).dataset.y, study.groups(target)
    found = evaluate.precision_per_query(songs, y, k=10, groups=groups)
    own = np.arange(len(y)) if groups is None else groups
    queries = np.array([((y == label) & (own != group)).any() for label, group in zip(y, own, strict=True)])
    if not queries.any():
        raise ValueError("y: no label has two songs, or two recordings, so there is nothing to be found")
    return found[queries]


def _songs(data, groups):
    """Return the labels by name, the groups, and ten folds as in the paper, fewer for a very small set."""
    most = np.bincount(data.y).max()
    if groups is not None:
        most = min(most, len(np.unique(groups)))
    return {"y": np.array(data.label_names)[data.y], "groups": groups, "n_splits": int(np.clip(most, 2, 10))}


def by_split(study: Study, target: str, features: str) -> dict:
    """Measure accuracy at full data again, on splits that let less leak than the paper's by song.

    Parameters
    ----------
    study, target, features
        As for `classify`.

    Returns
    -------
    dict of str to (mirlab.evaluate.CrossValidation, mirlab.evaluate.PublishedSplit or str)
        ``"by artist"``, ten folds, where artists are known; then every published split by its name. A str
        says why one cannot be measured.
    """
    data = study.features(target).dataset
    songs = _songs(data, data.groups)
    ways = {}
    if study.groups(target) is None and len(np.unique(data.groups)) < len(data):
        ways["by artist"] = partial(evaluate.cross_validate, **songs)
    for name, parts in data.splits.items():
        ways[name] = partial(evaluate.published_split, y=songs["y"], parts=parts)
    found = {}
    for name, way in ways.items():
        try:
            found[name] = way(study.windows(target, features), random_state=study.seed)
        except ValueError as error:  # too little of the split is there
            found[name] = str(error)
    return found


_PROTOCOLS = {"table4": classify, "table5": similar, "figure3": curve, "splits": by_split}


def measure(study: Study, experiments=("table4", "table5", "figure3")) -> dict:
    """Run experiments on every target set with every kind of features.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    experiments : sequence of {"table4", "table5", "figure3", "splits"}
        Which.

    Returns
    -------
    dict
        ``results[experiment][target, features]`` as `classify`, `similar`, `curve` and `by_split` return
        them, ``seconds[experiment]`` of work summed over processes, ``problems``: what could not be
        measured, and why.

    Raises
    ------
    DatasetError
        If an experiment is unknown.
    """
    _check_experiments(experiments, _PROTOCOLS)
    work = [(target, features, tuple(experiments)) for target in study.targets for features in FEATURES]
    out = {"results": {name: {} for name in experiments}, "seconds": {}, "problems": []}
    for item, found in zip(work, study.parallel(_measure_one, work, "experiments"), strict=True):
        for name, result in found["results"].items():
            out["results"][name][item[:2]] = result
        for name, seconds in found["seconds"].items():
            out["seconds"][name] = out["seconds"].get(name, 0.0) + seconds
        out["problems"] += [p for p in found["problems"] if p not in out["problems"]]
    return out


def _check_experiments(names, known):
    for name in names:
        if name not in known:
            raise DatasetError(f"there is no experiment {name!r}; there are {', '.join(known)}")


def _measure_one(study, target, features, experiments):
    found = {"results": {}, "seconds": {}, "problems": []}
    started = time.perf_counter()
    study.windows(target, features)
    found["seconds"]["windows"] = time.perf_counter() - started
    for name in experiments:
        started = time.perf_counter()
        try:
            found["results"][name] = _PROTOCOLS[name](study, target, features)
        except ValueError as error:  # a small real set may have too few songs for a protocol
            found["problems"].append(f"{name} of {target}: {error}")
        found["seconds"][name] = time.perf_counter() - started
    study._kept.pop(("windows", target, features))
    return found


class PeakMemory:
    """Watch how much memory this process and its workers hold, shared pages counted once.

    Attributes
    ----------
    megabytes : float
        The most that was seen, looking five times a second.

    Examples
    --------
    >>> with PeakMemory() as memory:
    ...     _ = sum(range(1000))
    >>> memory.megabytes > 10
    True
    """

    def __enter__(self):
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(0.2):
            self._look()

    def _look(self):
        me = psutil.Process()
        held = 0
        for process in (me, *me.children(recursive=True)):
            try:
                memory = process.memory_full_info()
            except psutil.Error:  # it has just ended
                continue
            held += getattr(memory, "pss", memory.uss)  # only Linux can share a page out among its users
        self.megabytes = max(self.megabytes, held / 1e6)


# --- report -----------------------------------------------------------------------------------------


def comparable(study: Study) -> dict[str, dict[str, str]]:
    """Say which figures of a study may be held against the paper's, and why the others may not.

    Parameters
    ----------
    study : Study
        Its data sets are looked at, not what was measured.

    Returns
    -------
    dict of str to dict of str to str
        For each target, and each kind of features, why its figures cannot be compared; "" if they can.
        The entry "joint" says so of the joint embedding and Table 3.

    Notes
    -----
    A set counts as the paper's if not more than one excerpt in a hundred is missing. Even then the paper
    leaves open how long it trained, and whether its regression was plain: see `mirlab.evaluate`.

    Examples
    --------
    >>> comparable(Study())["gtzan-synth"]["base"]
    'gtzan-synth is synthetic'
    """

    def unlike(name):
        """Why a set is not the paper's; "" if it is."""
        wanted = published()["excerpts"].get(name)
        if name.endswith("-synth"):
            return f"{name} is synthetic"
        if wanted is None:
            return f"{name} is not in the paper"
        there = len(study.features(name))
        return f"{there} excerpts of {name}, the paper has {wanted}" if there < 0.99 * wanted else ""

    def learned(kind, target=""):
        sources = study.sources(kind, target)
        if sources[0].endswith("-synth"):
            return "learned on synthetic sets"
        absent = [name for name in GENRE_SETS if kind != "tag" and name not in {*sources, target}]
        reasons = [reason for reason in map(unlike, sources) if reason]
        if absent:
            reasons.append(f"learned without {' and '.join(absent)}")
        if study.scale != "paper":
            reasons.append("trained for a fifth of the samples (use --scale paper)")
        return "; ".join(reasons)

    told = {}
    for target in study.targets:
        learnt = {"base": "", "genre": learned("genre", target), "tag": learned("tag", target)}
        told[target] = {kind: unlike(target) or reason for kind, reason in learnt.items()}
    return told | {"joint": {"table3": learned("joint")}}


def reproduce(study: Study, only=EXPERIMENTS) -> dict:
    """Run §6 whole.

    Parameters
    ----------
    study : Study
        Data and embeddings.
    only : sequence of {"table3", "table4", "table5", "figure3"}
        Which experiments.

    Returns
    -------
    dict
        Ready for JSON: scale, seed, versions, seconds of each stage, peak memory, one list of rows an
        experiment, `findings` (one sentence each), `sources` of the embeddings and `problems`.

    Raises
    ------
    DatasetError
        If an experiment is unknown, or there are no data.

    Examples
    --------
    >>> reproduce(Study(), only=["table9"])
    Traceback (most recent call last):
    mirlab.errors.DatasetError: there is no experiment 'table9'; there are table3, table4, table5, figure3
    """
    _check_experiments(only, EXPERIMENTS)
    report = {
        "scale": study.scale,
        "seed": study.seed,
        "versions": versions(),
        "seconds": {},
        "findings": {},
    }
    with PeakMemory() as memory:
        measured = _run(study, only, report)
    report["seconds"] |= {name: round(s, 2) for name, s in measured["seconds"].items()}
    report["peak_memory_mb"] = round(memory.megabytes)
    report["sources"] = {
        target: {kind: study.sources(kind, target) for kind in ("genre", "tag")} for target in study.targets
    }
    missing = [name for name in (*GENRE_SETS, TAG_SET) if study.root is not None and name not in study.real]
    report["missing"] = missing
    report["comparable"] = comparable(study)
    report["problems"] = [
        *study.refused,
        *(p for name in study.targets for p in study.features(name).problems),
    ]
    report["problems"] += measured["problems"]
    return report


def _run(study, only, report):
    """Do what `reproduce` reports, stage by stage."""
    started = time.perf_counter()
    for name in dict.fromkeys([*study.targets, *study.sources("joint"), *study.sources("tag")]):
        study.features(name)
    _clock(report, "features", started)
    started = time.perf_counter()
    study.prepare()
    _clock(report, "embeddings", started)

    findings = report["findings"]
    if "table3" in only:
        started = time.perf_counter()
        report["table3"] = table3(study)
        try:
            report["semantic_recovery"] = semantic_recovery(study)
        except ValueError as error:  # a few sets in part may have nothing in common
            report["semantic_recovery"] = {"problem": str(error)}
        findings["table3"] = _found_neighbours(report)
        _clock(report, "table3", started)
    experiments = [name for name in ("table4", "table5", "figure3") if name in only]
    beside = ["splits"] if study.real and "table4" in only else []
    measured = measure(study, experiments + beside) if experiments else {"problems": [], "seconds": {}}
    if beside:
        report["splits"], problems = _split_rows(measured["results"]["splits"])
        measured["problems"] += problems
    for name in experiments:
        found = measured["results"][name]
        report[name] = _rows(name, found)
        findings[name] = _FINDINGS[name](found) if found else "No data set could be measured: see the notes."
    return measured


def _clock(report, stage, started):
    report["seconds"][stage] = round(time.perf_counter() - started, 2)


def versions() -> dict:
    """Return the versions of all that has a say in the figures.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    libraries = ("numpy", "scipy", "scikit-learn", "librosa", "numba", "soundfile")
    found = {"mirlab": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in libraries}


def _rows(name, results):
    """Turn results into rows of the published schema."""
    rows = []
    for (target, features), result in results.items():
        about = {"dataset": target, "features": features}
        if name == "table5":
            error = float(evaluate.standard_error(result))
            rows.append(about | {"value": float(result.mean()), "standard_error": error})
        elif name == "table4":
            rows.append(about | {"value": float(result.mean), "standard_error": float(result.standard_error)})
        else:
            rows += [
                about | {"per_class": int(k), "value": float(mean), "standard_error": float(error)}
                for k, mean, error in zip(result.per_class, result.mean, result.standard_error, strict=True)
            ]
    return rows


def _split_rows(results):
    """Turn what `by_split` found into rows, and into sentences where nothing could be found."""
    rows, problems = [], []
    for (target, features), found in results.items():
        for split, result in found.items():
            if isinstance(result, str):
                problems.append(f"split {split!r} of {target}: {result}")
            else:
                about = {"dataset": target, "split": split, "features": features}
                value, error = float(result.mean), float(result.standard_error)
                rows.append(about | {"value": value, "standard_error": error})
    return rows, list(dict.fromkeys(problems))


def _versus_base(results):
    """Yield each embedding with [(target, its result, that of the base features), ...]."""
    targets = dict.fromkeys(target for target, _ in results)
    for features in FEATURES[1:]:
        pairs = [(t, results.get((t, features)), results.get((t, "base"))) for t in targets]
        yield features, [(t, a, b) for t, a, b in pairs if a is not None and b is not None]


def _found_neighbours(report):
    recovery = report["semantic_recovery"]
    if "problem" in recovery:
        return f"The neighbours of {len(report['table3'])} labels are listed. " + recovery["problem"]
    joint, means = (recovery[what]["manhattan"] for what in ("joint embedding", "class means"))
    synthetic = all(row["seed"].endswith("-synth)") for row in report["table3"])
    told = "true overlap" if synthetic else "overlap that the labels' names tell"
    return (
        f"The labels' neighbours in other sets recover {joint['value']:.2f} ± {joint['standard_error']:.2f} "
        f"of the {told} (0 is chance, 1 the best possible); class means of the base features recover "
        f"{means['value']:.2f} ± {means['standard_error']:.2f}."
    )


def _found_accuracy(results):
    sentences = []
    for features, pairs in _versus_base(results):
        compared = [(t, evaluate.compare(a, b)) for t, a, b in pairs]
        sure = [(t, c) for t, c in compared if c.p < 0.05]
        told = ", ".join(f"{t} {c.difference:+.3f}" for t, c in sure) or "none"
        ahead = sum(c.difference > 0 for _, c in compared)
        sentences.append(
            f"The {features} embedding is ahead of the base features on {ahead} of {len(pairs)} sets; "
            f"differences beyond chance (paired test, p < 0.05): {told}."
        )
    return " ".join(sentences)


def _found_similarity(results):
    sentences = []
    for features, pairs in _versus_base(results):
        gains = {t: float(a.mean() - b.mean()) for t, a, b in pairs}
        ahead = sum(gain > 0 for gain in gains.values())
        told = ", ".join(f"{t} {gain:+.3f}" for t, gain in gains.items())
        sentences.append(
            f"The {features} embedding is ahead of the base features on {ahead} of {len(pairs)} sets "
            f"({told})."
        )
    return " ".join(sentences)


def _found_curves(results):
    sentences = []
    for features, pairs in _versus_base(results):
        compared = [evaluate.compare(a, b) for _, a, b in pairs]
        ahead = np.array([c.difference > 0 for c in compared], bool).reshape(-1, len(PER_CLASS))
        sure = ahead & np.array([c.p < 0.05 for c in compared], bool).reshape(ahead.shape)
        few, many = ahead[:, :3], ahead[:, -1]
        sentences.append(
            f"With {PER_CLASS[2]} songs a label or fewer, the {features} embedding is ahead of the base "
            f"features in {few.sum()} of {few.size} comparisons ({sure[:, :3].sum()} beyond chance, "
            f"p < 0.05); with {PER_CLASS[-1]}, in {many.sum()} of {many.size}."
        )
    return " ".join(sentences)


_FINDINGS = {"table4": _found_accuracy, "table5": _found_similarity, "figure3": _found_curves}
