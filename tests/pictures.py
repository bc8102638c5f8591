"""One example of every picture that mirlab draws, with names that no file system would refuse."""

from functools import cache

import numpy as np
import pandas as pd

from mirlab import evaluate, lessons, plots
from mirlab.classes.tables import standing
from mirlab.lessons import progress_page
from mirlab.paper import FEATURES, PER_CLASS
from mirlab.paper.inference import Estimate
from mirlab.warp.tiny import TAGS, TinyProblem, walk
from mirlab.widgets import label_budgets, labelled_trials

LONG = "a folder of recordings $with a name that is longer than anybody would expect"
SETS = ["gtzan-synth", "homburg-synth", "unique-synth"]
LABELS = np.array(["blues", "jazz", "rock"])
Y = np.repeat(LABELS, [4, 4, 8])
POSITIVES = [[1, 5], [1, 5], [1, 6], [1, 2], [0, 2, 4], [0, 2, 4], [0, 2, 3], [0, 2, 3]]


def cells(names, features=FEATURES):
    """Rows of Table 4 or 5."""
    return [
        {"dataset": name, "features": f, "value": 0.123 + 0.1 * i + 0.01 * j, "reach": 0.02}
        for i, name in enumerate(names)
        for j, f in enumerate(features)
    ]


def curves(names, features=FEATURES, sizes=PER_CLASS):
    """Rows of Figure 3."""
    return [
        row | {"per_class": k, "value": row["value"] + 0.1 * step}
        for row in cells(names, features)
        for step, k in enumerate(sizes)
    ]


def neighbours(ending="-synth"):
    """Rows of Table 3."""
    return [
        {
            "seed": f"jazz (homburg{ending})",
            "neighbours": [f"jazz (unique{ending})", f"Jazz (artists1517{ending})", f"pop (homburg{ending})"],
        },
        {"seed": f"{LONG} (gtzan{ending})", "neighbours": [f"{LONG} (unique{ending})", f"b (gtzan{ending})"]},
    ]


def tone(seconds=1.0):
    """A tone of 440 Hz."""
    return np.sin(2 * np.pi * 440 * np.arange(int(22050 * seconds)) / 22050).astype(np.float32)


def result(predictions, scores=(0.5, 0.7, 0.6, 0.8)):
    """A cross-validation that predicted these labels for `Y`."""
    outputs = (np.asarray(predictions)[:, None] == LABELS).astype(float)
    return evaluate.CrossValidation(np.array(scores), np.arange(len(Y)) % 4, Y, LABELS, outputs)


BASE = result(Y)
LOST = result(np.where(Y == "blues", "rock", Y), (0.4, 0.7, 0.5, 0.6))


def curve(scores, songs, split="song"):
    """A learning curve of one size and five folds with these accuracies."""
    y, folds = np.repeat([0, 1], 10), np.tile(np.arange(5), 4)
    folds = folds if split == "song" else folds[::-1]
    return evaluate.LearningCurve(np.array([scores], dtype=float), folds, y, (songs or 20,), 1, 0)


def measured(target, kind, songs, split, scores):
    """A setting of the laboratory of lesson 07, and what it gave."""
    return label_budgets.Setting(target, kind, songs, split), curve(scores, songs, split)


TRIED = dict(
    [
        measured("a-synth", "base", 1, "song", [0.40, 0.42, 0.40, 0.41, 0.42]),
        measured("a-synth", "tag", 1, "song", [0.50, 0.52, 0.51, 0.50, 0.52]),
        measured("a-synth", "tag", 1, "artist", [0.30, 0.32, 0.31, 0.30, 0.32]),
        measured("a-synth", "genre", 0, "song", [0.6, 0.7, 0.8, 0.7, 0.6]),
        measured("b", "tag", 1, "song", [0.1, 0.2, 0.3, 0.2, 0.1]),
    ]
)


def trial(target, songs, tag, base):
    """A trial of lesson 01 with these accuracies."""
    base, tag = curve(base, songs), curve(tag, songs)
    return labelled_trials.Trial(target, songs, base, tag, evaluate.compare(tag, base))


CLEAR = trial("a-synth", 1, [0.50, 0.52, 0.51, 0.50, 0.52], [0.40, 0.42, 0.40, 0.41, 0.42])
HURT = trial("a-synth", 20, [0.40, 0.42, 0.40, 0.41, 0.42], [0.50, 0.52, 0.51, 0.50, 0.52])
EVEN = trial("b", 1, [0.4, 0.5, 0.6, 0.5, 0.4], [0.5, 0.4, 0.5, 0.6, 0.4])


def a_class(n):
    """A lesson of n learners, the first of whom has not begun it."""
    rows = [
        {
            "learner": f"{LONG} {i}",
            "file": f"{i}.json",
            "kind": kind,
            "item": item,
            "tries": i,
            "solved": i % 3 == 1,
        }
        for i in range(n)
        for kind, item in (("exercise", "rank_weight"), ("question", "margin $"))
    ]
    rows = pd.DataFrame(rows)
    return rows, standing(rows)


class Tones:
    """A data set of tones of one second."""

    def audio(self, i):
        """A tone."""
        return 0.1 * np.sin(2 * np.pi * (220 + i) * np.arange(22050) / 22050).astype(np.float32)


TINY = TinyProblem(
    np.array(
        [[-1.4, -1], [-0.6, -0.6], [-0.3, -1.7], [-0.9, 0.7], [0, 0.6], [0.2, 1.6], [1.9, -0.2], [1, 0.6]]
    ),
    list(TAGS),
    POSITIVES,
    list(range(8)),
    Tones(),
)


@cache
def moves(n=60):
    """The first WARP steps on the tiny problem."""
    steps = walk(TINY, seed=8)
    return [next(steps) for _ in range(n)]


def variant(**changes):
    """One row of the open questions."""
    plain = {"variant": "v", "control": "c", "features": "tag", "target": "all", "measure": "full"}
    return plain | {"difference": 0.02, "reach": 0.011, "verdict": "better"} | changes


PLACES = pd.DataFrame(
    {
        "name": ["jazz", "Rock & <Pop> $", "jazz.00001", "wort"],
        "set": ["gtzan", "artists", "gtzan", "unique"],
        "kind": ["label", "label", "excerpt", "label"],
        "x": [0.0, 1.0, 0.5, 1.0],
        "y": [0.0, 2.0, 0.5, 0.0],
    }
)
COPIES = pd.DataFrame(
    [("noisy", 20, "base", p) for p in (1, 1, 2, 9)]
    + [("noisy", 20, "tag", p) for p in (1, 1, 1, 1)]
    + [("noisy", 10, kind, p) for kind in ("base", "tag") for p in (3, 1, 2, 9)]
    + [("faster", 1.5, kind, 1) for kind in ("base", "tag") for _ in range(4)],
    columns=["disguise", "strength", "space", "place"],
)
DOUBTS = pd.DataFrame(
    {
        "recording": [f"folk/${i}$_x.wav" for i in range(20)],
        "label": "folk",
        "agree": np.linspace(0, 0.95, 20),
        "neighbours say": r"$\jazz$",
    }
)
MISSING = pd.DataFrame(
    [
        {
            "missing": share,
            "method": method,
            "judged by": by,
            "tag_auc": 0.8 - share / 10,
            "tag_auc_error": 0.01,
            "precision_at_3": 0.9 if by == "true tags" else 0.9 - share,
            "precision_at_3_error": 0.02,
        }
        for share in (0.25, 0.5)
        for method in ("WARP", "logistic regression")
        for by in ("true tags", "tags left")
    ]
)
AUC = {
    "all": {"WARP": [0.9, 0.7, 0.8, 0.6], "LR": [0.95, 0.75, 0.85, 0.65]},
    "within": {"WARP": [np.nan, np.nan, 0.5, 0.7], "LR": [np.nan, np.nan, 0.4, 0.6]},
}
SPLITS = {
    "excerpts": {"base": result(Y, (0.8, 1.0)), "tag": result(Y, (1.0, 1.0))},
    "recordings": {"base": result(Y, (0.4, 0.6))},
}
FEW = [
    {"dataset": "a-synth", "method": method, "per_class": k, "value": 0.2 + 0.1 * i + k / 50, "reach": 0.03}
    for i, method in enumerate(("labels alone", "PCA", "real network", "random songs", "unsure songs"))
    for k in (1, 5, 20)
]
UNCLEAR = evaluate.Comparison(np.array([-0.01]), np.array([0.02]), np.array([-0.5]), np.array([0.6]), 9)
KINDS = ("base", "mfcc", "tag", "mtt_vgg")
SWEEP = [
    {"features": kind, "disturbance": name, "strength": s, "value": 0.6 - 0.4 * s, "reach": 0.05}
    for kind in KINDS
    for name, s in [("clean", 0.0), *((name, s) for name in "abcd" for s in (0.5, 1.0))]
]
GAINS = [
    {"features": kind, "remedy": "CORAL", "sees": sees, "difference": 0.1, "difference_reach": 0.2}
    for kind in KINDS
    for sees in ("these genres", "all genres")
]
TUNED = {k: Estimate(0.1 + k / 40, 0.02, 4) for k in (1, 2, 5, 20)}
FORGOT = {rate: Estimate(0.6 - 10 * rate, 0.02, 4) for rate in (3e-4, 1e-3, 3e-3, 1e-2)}
FILTERS = np.eye(40, 513) + np.eye(40, 513, 1)

EXAMPLES = {
    "plots.charts.line_chart": lambda: plots.line_chart(
        {"p": {"loss": (range(1, 101), np.linspace(1, 0, 100)), "other $": ([1, 9, 99], [-0.1, 0.5, 1])}},
        xlabel="step",
        ylabel="loss",
        title=LONG,
        at=50,
    ),
    "plots.charts.progress_curves": lambda: plots.progress_curves(
        {"a": [3, 1], "b": [2, 2, 0]}, xlabel="step", ylabel="left", title="Less"
    ),
    "plots.domains.disturbance_sweep": lambda: plots.disturbance_sweep(
        SWEEP, {name: {"0.5": "8,212 Hz $as$ the highest", "1": "3,400 Hz"} for name in "abcd"}, title=LONG
    ),
    "plots.domains.disturbed_sound": lambda: plots.disturbed_sound(
        tone(), 0.1 * tone(), dict.fromkeys(KINDS, (0.2, 0.05)), dict.fromkeys(KINDS, (0.6, 0.05)), title=LONG
    ),
    "plots.domains.domain_clouds": lambda: plots.domain_clouds(
        {name: {LONG[:20]: FILTERS[:9, :2], "$b$": FILTERS[:9, 1:3] - 1} for name in ("a", "b $x$")},
        names=("first", "second"),
        title=LONG,
    ),
    "plots.domains.remedy_gains": lambda: plots.remedy_gains(GAINS, title=LONG),
    "plots.listening.drawn_filters": lambda: plots.drawn_filters(
        {f"filter {i}": np.random.default_rng(i).normal(size=(7, 38)) for i in range(5)}, title=LONG
    ),
    "plots.listening.by_layer": lambda: plots.by_layer(
        {
            task: {"trained": ([0.2, 0.4, 0.6], [0.1] * 3), "untrained": ([0.1] * 3, [0.05] * 3)}
            for task in "abc"
        },
        ["mel", "timbral $", "embedding"],
        ylabel="accuracy",
        chance={"a": 0.1},
        chosen="embedding",
        title=LONG,
    ),
    "plots.listening.dot_rows": lambda: plots.dot_rows(
        {
            p: {"base $": {"real": (0.8, 0.1), "made": (0.5, 0)}, "a longer name": {"real": (0.7, 0.1)}}
            for p in "pq"
        },
        xlabel="accuracy",
        line=0.1,
        title=LONG,
    ),
    "plots.classes.lesson_of_a_class": lambda: plots.lesson_of_a_class(
        *a_class(70),
        [("winner", ["base $", LONG], "", ["base $"] * 9), ("loss", [], "hits", [0.5, 0.5, 2])],
        title=LONG,
    ),
    "plots.experiments.differences": lambda: plots.differences(
        {"differences": [variant(), variant(variant="w", difference=-0.05, verdict="worse")]},
        measures={"full": "accuracy"},
        title="T",
    ),
    "plots.experiments.moved": lambda: plots.moved(
        {"a": 0.6, "b": 0.2}, {"a": 0.5}, title="T", level=("b", "base", 0.3)
    ),
    "plots.genres.fold_pairs": lambda: plots.fold_pairs({"base": BASE, "genre": LOST}, title="It is behind"),
    "plots.genres.paired_differences": lambda: plots.paired_differences(
        {LONG: {"genre": UNCLEAR}}, title="T"
    ),
    "plots.genres.confusion_change": lambda: plots.confusion_change(
        {"base": LOST, "tag": BASE}, title="Found"
    ),
    "plots.label_lines.label_curves": lambda: plots.label_curves(
        FEW,
        {"one": ["labels alone", "PCA", "real network"], "two": ["random songs", "unsure songs"]},
        title=LONG,
    ),
    "plots.label_lines.choice_map": lambda: plots.choice_map(
        np.eye(6)[:, :2],
        {"at random, $5": [0, 1], "nothing": [], "by ear": [5]},
        title="Three ways to choose",
    ),
    "plots.maps.label_map": lambda: plots.label_map(PLACES, title="Three labels"),
    "plots.maps.hubs": lambda: plots.hubs(
        list("abcd$"), np.linspace(1, 0.6, 5), {"L1": [1, 9, 3, 2, 0], "cosine": [4, 0, 5, 5, 6]}, title="b"
    ),
    "plots.own_music.two_splits": lambda: plots.two_splits(SPLITS, guess=0.5, title="What a split is worth"),
    "plots.own_music.doubts": lambda: plots.doubts(DOUBTS, most=5, title="Five"),
    "plots.results.learning_curves": lambda: plots.learning_curves(curves([*SETS, LONG])),
    "plots.results.neighbour_table": lambda: plots.neighbour_table(neighbours()),
    "plots.results.accuracy_table": lambda: plots.accuracy_table(
        {"table4": cells(SETS), "table5": cells([LONG])}
    ),
    "plots.sets.overlap_matrix": lambda: plots.overlap_matrix(
        [[1, 0, 0.9], [0, 1, 0], [0.9, 0, 1]], ["blues", "metal $", "Blues"], title="Overlap"
    ),
    "plots.sets.shared_styles": lambda: plots.shared_styles(
        ["a", "b $x$"], [{"rock": 0.6, "blues": 0.4}, {"rock": 0.5, "pop": 0.5}]
    ),
    "plots.similarity.matches": lambda: plots.matches(
        ["jazz.1", "rock.$"],
        {"base": [[True, False, False], [False, False, False]], "genre": np.ones((2, 3))},
    ),
    "plots.similarity.k_occurrences": lambda: plots.k_occurrences(
        {"base": [0, 1, 1, 6], "tag": [2, 2, 2, 2]}, [1, 2, 2, 3], k=2, title="Hubs"
    ),
    "plots.similarity.found_copies": lambda: plots.found_copies(COPIES, {"noisy": "dB", "faster": "times"}),
    "plots.sound.mel_spectrogram": lambda: plots.mel_spectrogram(tone(), title=LONG),
    "plots.sound.contact_sheet": lambda: plots.contact_sheet({f"{LONG} {i}": tone(0.1) for i in range(6)}),
    "plots.sound.average_spectra": lambda: plots.average_spectra(
        {"p": {"flat": np.zeros(200), "dull": np.linspace(0, -1, 200)}}, title="One is dull"
    ),
    "plots.sound.one_frame": lambda: plots.one_frame(tone()[:1024], FILTERS),
    "plots.sound.mel_filters": lambda: plots.mel_filters(FILTERS, [(0, 1200), (5000, 6000)]),
    "plots.sound.mel_panels": lambda: plots.mel_panels(
        {"few": np.outer(np.arange(9.0), np.ones(4)), "many": np.eye(20)}, seconds=4.5, title="Few and many"
    ),
    "plots.tagging.tags_by_kind": lambda: plots.tags_by_kind(
        AUC, ["genre", "genre", "mood", "mood"], ["jazz", "rock", "sad", "fun"], title="Some"
    ),
    "plots.tagging.missing_tags": lambda: plots.missing_tags(MISSING, title="It fades"),
    "plots.training.estimates_by_songs": lambda: plots.estimates_by_songs(
        {name: dict.fromkeys(("from scratch", "frozen $", "the last"), TUNED) for name in "abc"}, title=LONG
    ),
    "plots.training.unfrozen_table": lambda: plots.unfrozen_table(
        np.linspace(0.1, 0.6, 16).reshape(4, 4), [1, 2, 5, 20], title="More is better", at=(1, 2)
    ),
    "plots.training.forgetting": lambda: plots.forgetting(
        {name: {"accuracy": FORGOT, "auc": FORGOT} for name in ("feedforward", "convolutional", "recurrent")},
        dict.fromkeys(("feedforward", "convolutional", "recurrent"), 0.75),
        title="It forgets",
    ),
    "plots.warp.warp_space": lambda: plots.warp_space(TINY, *TINY.start(1)),
    "plots.warp.warp_moves": lambda: plots.warp_moves(TINY, moves()[:2]),
    "plots.warp.rank_weights": lambda: plots.rank_weights([0, 1, 2, 3], [0, 1, 1.5, 1.8333], {1: 3, 2: 1}),
    "widgets.label_budgets.chart": lambda: label_budgets.chart(TRIED, title="Two sets"),
    "widgets.labelled_trials.transfer_gains": lambda: labelled_trials.transfer_gains([CLEAR, HURT, EVEN]),
    "widgets.labelled_trials._curves": lambda: labelled_trials._curves([CLEAR, HURT], HURT),
    "lessons.progress_page.picture": lambda: progress_page.picture(lessons.course("tiny_course")),
}
"""By the name of the function below `mirlab`."""
