"""Make the kept results again: what this version of the protocol and of the corpus has not made.

Each file is written as soon as it is complete, and the scores of the open questions one by one, so a run that
was stopped goes on where it was.
"""

import json
import os
import time

from mirlab import corpus, paths
from mirlab.errors import DatasetError
from mirlab.paper import open_questions, protocol
from mirlab.paper.open_questions import QUESTIONS
from mirlab.paper.protocol import CONTROLS, FEATURES, RESULTS, SEEDS
from mirlab.paper.published_figures import kept_answers, kept_real_clips, kept_report
from mirlab.paper.report import as_json, reproduce

CLIPS = ("base", "mfcc", "genre", "tag", "whitened", "random", "rotation")
CLIPS += ("mtt_vgg", "msd_vgg", "mtt_musicnn", "msd_musicnn")
"""Kinds of features of the report on real clips; the networks stand in the order of its card."""


def is_current(kept) -> bool:
    """Say whether kept figures were made with today's protocol and corpus.

    Parameters
    ----------
    kept : callable
        Reads the figures: `kept_report`, `kept_answers` or `kept_real_clips`.

    Returns
    -------
    bool
        False also if they are missing or damaged.

    Examples
    --------
    >>> is_current(lambda: {"versions": {"protocol": "0"}})
    False
    """
    try:
        made = kept()["versions"]
    except DatasetError:
        return False
    return (made.get("protocol"), made.get("corpus")) == (protocol.VERSION, corpus.VERSION)


def old_questions() -> list[str]:
    """Return the open questions that were not answered under today's protocol.

    Returns
    -------
    list of str
        An answer of an earlier protocol has its own ``versions``.

    Examples
    --------
    >>> set(old_questions()) <= set(QUESTIONS)
    True
    """
    if not is_current(kept_answers):
        return list(QUESTIONS)
    kept = kept_answers()["questions"]
    return [name for name in QUESTIONS if name not in kept or "versions" in kept[name]]


def remake(study, clips=None, say=print):
    """Make every kept file that is not current.

    Parameters
    ----------
    study : mirlab.paper.Study
        Number of processes and progress; lesson scale, without a folder of real sets.
    clips : pathlib.Path, optional
        Folder of the real clips; without it, their report is left as it is.
    say : callable
        Gets a sentence before and after each file.
    """
    for seed in SEEDS:
        of_seed = study.but(seed=seed, features=(*FEATURES, *CONTROLS))
        _make(f"reproduce-seed{seed}.json", lambda seed=seed: kept_report(seed), reproduce, of_seed, say)
    if not old_questions():
        say("beyond.json: current")
    for name in old_questions():
        say(f"beyond.json: question {name}")
        new = open_questions.run(study, [name])
        answers = (kept_answers()["questions"] if is_current(kept_answers) else {}) | new["questions"]
        in_order = {each: answers[each] for each in QUESTIONS if each in answers}
        paths.write_atomically(RESULTS / "beyond.json", as_json(new | {"questions": in_order}))
    if clips is not None:
        real = study.but(root=clips, features=CLIPS)
        _make("real-clips.json", kept_real_clips, _of_clips, real, say)


def _of_clips(study):
    """Report on the clips; where they lie on this machine is nobody's business."""
    report = reproduce(study, ("table4", "table5", "figure3"))
    folder = f"{study.root}{os.sep}"
    return report | {"problems": [problem.replace(folder, "") for problem in report["problems"]]}


def _make(name, kept, make, study, say):
    if is_current(kept):
        say(f"{name}: current")
        return
    say(f"{name}: {_expected(RESULTS / name, study.n_jobs)}")
    started = time.perf_counter()
    paths.write_atomically(RESULTS / name, as_json(make(study)))
    say(f"{name}: made in {(time.perf_counter() - started) / 60:.0f} min")


def _expected(file, n_jobs):
    """Say how long a file will take, from the seconds of work that it took before."""
    try:
        seconds = json.loads(file.read_text(encoding="utf-8"))["seconds"]
        total = sum(seconds.values()) if isinstance(seconds, dict) else float(seconds)
    except (OSError, ValueError, KeyError, TypeError):
        return "it is not known how long this takes"
    return f"about {total / n_jobs / 60:.0f} min, if nothing of it is kept"
