"""Make the kept figures again: what they are, how each is made, when it is too old, and how long it takes.

`KEPT` lists the files in ``data/results``. A file is written when it is complete. What is measured for it is
kept one by one, so a run that was stopped goes on where it was.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mirlab import corpus, paths
from mirlab.errors import DatasetError
from mirlab.fewlabels import study as few_labels
from mirlab.paper import disturbances, fine_tuning, kept, listening, open_questions, protocol
from mirlab.paper.protocol import CONTROLS, FEATURES, RESULTS, SEEDS
from mirlab.paper.report import as_json, reproduce

NETWORKS = ("mtt_vgg", "msd_vgg", "mtt_musicnn", "msd_musicnn")
CLIPS = ("base", "mfcc", "genre", "tag", "whitened", "random", "rotation", *NETWORKS)
"""Kinds of features of the reports on real clips."""

FAIR = ("table4", "table5", "figure3")
"""The experiments of reports on networks and on real clips. The clips have similarity by the cosine, too."""

SIX_GENRES = ("country", "disco", "hiphop", "jazz", "metal", "pop")
"""The genres of the real clips that are of several artists each."""

TODAY = {"versions": {"protocol": protocol.VERSION, "corpus": corpus.VERSION}}


@dataclass(frozen=True)
class Kept:
    """A file of kept figures.

    Attributes
    ----------
    make : callable
        ``make(study)`` returns what is written into the file.
    minutes : int
        How long this takes on one core if nothing is kept, roughly.
    says : dict
        Keys and values that the file has if it was made by this version of everything. A value may be such a
        dict too.
    parallel : bool
        Whether several processes share the work.
    clips : bool
        Whether the study must have the folder of the real clips as its root.
    """

    make: Callable
    minutes: int
    says: dict
    parallel: bool = False
    clips: bool = False


def _of_seed(seed):
    return lambda study: reproduce(study.but(seed=seed, features=(*FEATURES, *CONTROLS)))


def _of_networks(seed):
    return lambda study: reproduce(study.but(seed=seed, features=("base", *NETWORKS)), FAIR)


def _of_clips(seed):
    return lambda study: _on_clips(study.but(seed=seed), (*FAIR, "table5_cosine"))


def _of_six_genres(seed):
    """Report on copies of the clips of some genres; the split by artist needs several artists of each."""

    def make(study):
        with tempfile.TemporaryDirectory() as folder:
            for genre in SIX_GENRES:
                shutil.copytree(study.root / genre, os.path.join(folder, genre))
            return _on_clips(study.but(seed=seed, root=folder), ("table4",))

    return make


def _on_clips(study, experiments):
    return _without_folder(reproduce(study.but(features=CLIPS), experiments), study.root)


def _without_folder(report, folder):
    """Where the clips lie on this machine is nobody's business."""
    return report | {"problems": [problem.replace(f"{folder}{os.sep}", "") for problem in report["problems"]]}


_ANSWERED = TODAY | {"questions": {name: {} for name in open_questions.QUESTIONS}}

KEPT = {f"reproduce-seed{seed}": Kept(_of_seed(seed), 15, TODAY, parallel=True) for seed in SEEDS} | {
    "beyond": Kept(open_questions.run, 400, _ANSWERED, parallel=True),
    **{f"networks-seed{seed}": Kept(_of_networks(seed), 8, TODAY, parallel=True) for seed in SEEDS},
    **{
        f"real-clips-seed{seed}": Kept(_of_clips(seed), 5, TODAY, parallel=True, clips=True) for seed in SEEDS
    },
    **{
        f"real-clips-six-genres-seed{seed}": Kept(_of_six_genres(seed), 2, TODAY, parallel=True, clips=True)
        for seed in SEEDS
    },
    "listening": Kept(listening.measured, 15, TODAY | {"version": listening.VERSION}, clips=True),
    "fine-tuning": Kept(
        fine_tuning.measured, 25, {"versions": TODAY["versions"] | {"fine_tuning": fine_tuning.VERSION}}
    ),
    "disturbances": Kept(disturbances.measured, 25, TODAY | {"version": disturbances.VERSION}),
    "few-labels": Kept(few_labels.measured, 15, few_labels.about()),
}
"""The kept figures by name, in the order in which they are made."""


def is_current(name) -> bool:
    """Say whether kept figures were made with today's protocol and corpus.

    Parameters
    ----------
    name : str
        One of `KEPT`.

    Returns
    -------
    bool
        False also if they are missing or damaged.

    Examples
    --------
    >>> is_current("disturbances")
    True
    """
    try:
        return _agrees(kept(name), KEPT[name].says)
    except DatasetError:
        return False


def _agrees(found, wanted):
    if not isinstance(wanted, dict):
        return found == wanted
    return isinstance(found, dict) and all(_agrees(found.get(key), value) for key, value in wanted.items())


def remake(study, names=tuple(KEPT), clips=None, say=print):
    """Make kept figures that are not current.

    Parameters
    ----------
    study : mirlab.paper.Study
        Number of processes and progress; lesson scale, without a folder of real sets.
    names : sequence of str
        Some of `KEPT`.
    clips : pathlib.Path, optional
        Folder of the real clips; without it, the figures that need it are left as they are.
    say : callable
        Gets a sentence before and after each file, and first how long all of them take.

    Raises
    ------
    DatasetError
        If a name is unknown, or the real clips are not in their folder; nothing is made then.
    """
    if unknown := [name for name in names if name not in KEPT]:
        raise DatasetError(f"there are no kept figures {unknown[0]!r}; there are {', '.join(KEPT)}")
    old = []
    for name in names:
        if is_current(name):
            say(f"{name}.json: current")
        elif KEPT[name].clips and clips is None:
            say(f"{name}.json: stays as it is, since it needs the folder of the real clips")
        else:
            old.append(name)
    of_clips = study.but(root=clips and Path(clips).absolute())  # as in sentences about its files
    if any(KEPT[name].clips for name in old) and of_clips.listing("gtzan") is None:
        raise DatasetError(f"{of_clips.root}: holds no clips that can be read as gtzan; name their folder")
    times = {name: KEPT[name].minutes / (study.n_jobs if KEPT[name].parallel else 1) for name in old}
    if old:
        say(f"{len(old)} to make: {_time(sum(times.values()))}, if nothing of it is kept")
    for name, minutes in times.items():
        say(f"{name}.json: {_time(minutes)}")
        started = time.perf_counter()
        report = KEPT[name].make(of_clips if KEPT[name].clips else study)
        paths.write_atomically(RESULTS / f"{name}.json", as_json(report))
        say(f"{name}.json: made in {_time((time.perf_counter() - started) / 60)}")


def _time(minutes):
    hours, rest = divmod(max(1, round(minutes)), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
