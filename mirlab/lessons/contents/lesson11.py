"""Exercises of lesson 11."""

import numpy as np

from mirlab import evaluate
from mirlab.lessons import exercise

# -- reports about files ------------------------------------------------------------------------------------

WORDS = ["get it again", "export it again", "move it", "leave it out"]


@exercise(
    kind="sort",
    hints=[
        "Ask about each file: is there music in it, and who has a complete copy?",
        "A file that breaks off, or that has 0 bytes, was complete somewhere else: “get it again”.",
        "You can repair a format that is not read, or values out of range, with a sound editor: “export it "
        "again”. A file in the wrong place: “move it”. Silence contains no music: “leave it out”.",
    ],
    reason="Each report says what is wrong. You do not have to repair anything now: a file that cannot be "
    "used is left out and reported, and the data card lists it.",
    words=WORDS,
)
def diagnosis():
    """Return what to do about six files."""
    return {
        "nocturne.flac: breaks off at 3.10 s, before its end": "get it again",
        "chorale.mp3: is empty (0 bytes)": "get it again",
        "memo.wma: cannot be read; its format is not wav, flac, ogg, mp3, au or aiff": "export it again",
        "mixdown.wav: holds values that are not finite or far beyond -1 to 1": "export it again",
        "tape end.flac: is silent": "leave it out",
        "radio.ogg: is a sound file beside the label folders and not read": "move it",
    }


@diagnosis.mistake(
    "if you export a file that breaks off, you get a valid file without the rest of the music. A complete "
    "copy may exist where the file came from."
)
def export_what_is_lost():
    return {"nocturne.flac: breaks off at 3.10 s, before its end": "export it again"}


@diagnosis.mistake("the file is not damaged: it was recorded silent, so a second copy is silent too.")
def get_silence_again():
    return {"tape end.flac: is silent": "get it again"}


@diagnosis.mistake("this recording is only in the wrong place. Move it into the folder of its label.")
def leave_out_what_can_be_moved():
    return {"radio.ogg: is a sound file beside the label folders and not read": "leave it out"}


@diagnosis.mistake("a second copy has the same format; a sound editor or converter can write another one.")
def get_another_format():
    return {
        "memo.wma: cannot be read; its format is not wav, flac, ogg, mp3, au or aiff": "get it again",
    }


# -- a split that does not leak -----------------------------------------------------------------------------


def _library(rng, lengths, copies=()):
    """Return files and contents of recordings with so many excerpts; some are there under a second name."""
    names = [f"{name}.wav" for name in rng.permutation(list("abcdefghijkl"))[: len(lengths)]]
    holds = [f"{value:04x}" for value in rng.choice(16**4, len(lengths), replace=False)]
    files = [(name, held) for name, held, n in zip(names, holds, lengths, strict=True) for _ in range(n)]
    files += [(f"copy of {names[i]}", holds[i]) for i in copies for _ in range(lengths[i])]
    return [name for name, _ in files], [held for _, held in files], rng


@exercise(
    kind="find the bug",
    hints=[
        "Try the function on two files with the same content: "
        "`files, contents, rng = here.ex.split.cases()['a copy under another name']`.",
        "What must stay together? The excerpts of one file, and the files with the same content.",
        "Excerpts of one file have the content of this file. Draw contents, not names of files.",
    ],
    reason="A recording is its content, not its name. A copy in another format has other bytes, so this "
    "split does not find it; only listening or a search for near neighbours can.",
    inputs=lambda rng: {
        "recordings of different lengths": _library(rng, [6, 1, 1, 2, 1, 4, 1, 1, 1]),
        "a copy under another name": _library(rng, [2, 1, 3], copies=[0]),
        "nine recordings, each of them there twice": _library(rng, [1] * 9, copies=range(9)),
        "two recordings, one of them long": _library(rng, [7, 1]),
        "a single excerpt": _library(rng, [1]),
        "no excerpt": ([], [], rng),
    },
)
def split(files, contents, rng):
    """Draw a third of the different recordings, at least one; return True for their excerpts."""
    recordings = sorted(set(contents))
    drawn = rng.permutation(recordings)[: max(1, len(recordings) // 3)]
    return np.isin(contents, drawn)


@split.given
def by_name(files, contents, rng):
    """Draw a third of the different recordings, at least one; return True for their excerpts."""
    recordings = sorted(set(files))
    drawn = set(rng.permutation(recordings)[: max(1, len(recordings) // 3)].tolist())
    return [file in drawn for file in files]


@split.accepts
def _leak(tested, files, contents, rng):
    tested = np.asarray(tested)
    if tested.shape != (len(files),) or (tested.dtype != bool and tested.size):
        return f"The result should have {len(files)} values, True or False, one for each excerpt."
    files, contents, tested = np.array(files), np.array(contents), tested.astype(bool)
    for content in dict.fromkeys(contents.tolist()):
        mine = contents == content
        if len(set(tested[mine].tolist())) == 2:
            names = list(dict.fromkeys(files[mine].tolist()))
            if len(names) == 1:
                return f"Some excerpts of {names[0]} are tested and others are not."
            return f"{' and '.join(names)} have the same content, but not all of their excerpts are tested."
    n, drawn = len(set(contents.tolist())), len(set(contents[tested].tolist()))
    if n and drawn != max(1, n // 3):
        return f"{drawn} of {n} different recordings are tested; it should be {max(1, n // 3)}."
    return None


@split.repeated(300)
def _unequal(results, files, contents, rng):
    tested, contents = np.array(results, dtype=bool).mean(axis=0), np.array(contents)
    n = len(set(contents.tolist()))
    wanted = max(1, n // 3) / n
    worst = int(np.argmax(np.abs(tested - wanted)))
    if abs(tested[worst] - wanted) > 0.14:
        return (
            f"In {len(results)} draws, {files[worst]} was tested in {tested[worst]:.0%}. Each recording "
            f"should be drawn with the same probability, {wanted:.0%}, whatever its length: draw with `rng`."
        )
    return None


@split.also
def one_at_a_time(files, contents, rng):
    left, drawn = sorted(set(contents)), set()
    for _ in range(min(len(left), max(1, len(left) // 3))):
        drawn.add(left.pop(int(rng.integers(len(left)))))
    return [content in drawn for content in contents]


@split.also
def with_choice(files, contents, rng):
    recordings = np.unique(contents)
    n = min(len(recordings), max(1, len(recordings) // 3))
    return np.isin(contents, rng.choice(recordings, n, replace=False) if n else recordings)


@split.mistake("excerpts of one recording are in both parts.")
def by_excerpt(files, contents, rng):
    return rng.permutation(len(files)) < max(1, len(files) // 3)


@split.mistake("a copy under another name is in the other part.")
def by_file(files, contents, rng):
    names = sorted(set(files))
    return np.isin(files, rng.permutation(names)[: max(1, len(names) // 3)])


@split.mistake("the same recordings are tested each time: nothing is drawn.")
def without_the_generator(files, contents, rng):
    recordings = sorted(set(contents))
    return np.isin(contents, recordings[: max(1, len(recordings) // 3)])


@split.mistake("recordings are drawn with replacement, so that fewer than a third may be tested.")
def with_replacement(files, contents, rng):
    recordings = sorted(set(contents))
    drawn = rng.choice(recordings, max(1, len(recordings) // 3)) if recordings else []
    return np.isin(contents, drawn)


@split.mistake("a long recording is drawn more often than a short one.")
def by_length(files, contents, rng):
    shuffled = list(dict.fromkeys(rng.permutation(contents).tolist()))
    return np.isin(contents, shuffled[: max(1, len(shuffled) // 3)])


# -- a paired difference, with recordings as observations ---------------------------------------------------


def _like_mirlab(a, b, recordings):
    means = [np.mean(a[recordings == one] - b[recordings == one]) for one in np.unique(recordings)]
    return np.mean(means), evaluate.standard_error(means) if len(means) > 1 else np.nan


def _answers(rng, lengths):
    """Draw which excerpts two classifiers get right; the excerpts of a recording are alike."""
    recordings = rng.permutation(np.repeat(list("abcdefgh")[: len(lengths)], lengths))
    easy = {name: rng.random() for name in "abcdefgh"}
    chance = np.array([easy[name] for name in recordings])
    a, b = ((rng.random(len(chance)) < chance).astype(float) for _ in range(2))
    a[:2], b[:2] = [1, 0], [0, 0]  # they never agree on everything
    return a, b, recordings


@exercise(
    hints=[
        "Begin with the difference of each excerpt, `a - b`. It is 1, 0 or -1.",
        "Then take one number per recording: `(a - b)[recordings == one].mean()` for each `one` in "
        "`np.unique(recordings)`.",
        "The standard error of the mean of n numbers is `np.std(means, ddof=1) / np.sqrt(n)`. Return "
        "`np.nan` for it if n is 1.",
    ],
    reason="The difference is taken within each excerpt, so that hard recordings, which are hard for both, "
    "cancel out. Excerpts of one recording are right or wrong together and count as one observation.",
    inputs=lambda rng: {
        "recordings of the same length": _answers(rng, [3, 3, 3, 3]),
        "one long recording and some short ones": _answers(rng, [8, 1, 2, 1, 1]),
        "one excerpt per recording": _answers(rng, [1] * 6),
        "eight recordings": _answers(rng, [2, 5, 1, 3, 3, 2, 4, 1]),
        "a single excerpt": (np.array([1.0]), np.array([0.0]), np.array(["a"])),
    },
    reference=_like_mirlab,
    lacks={"empty": "an evaluation has at least one excerpt"},
)
def paired(a, b, recordings):
    """Return the mean over recordings of a - b, and the standard error of this mean."""
    means = [(a - b)[recordings == one].mean() for one in np.unique(recordings)]
    n = len(means)
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(n) if n > 1 else np.nan


@paired.also
def with_dictionaries(a, b, recordings):
    found = {}
    for x, y, one in zip(a.tolist(), b.tolist(), recordings.tolist(), strict=True):
        found.setdefault(one, []).append(x - y)
    means = [sum(values) / len(values) for values in found.values()]
    mean, n = sum(means) / len(means), len(means)
    if n == 1:
        return mean, float("nan")
    return mean, (sum((x - mean) ** 2 for x in means) / (n - 1) / n) ** 0.5


def _means(values, recordings):
    return np.array([values[recordings == one].mean() for one in np.unique(recordings)])


@paired.mistake("every excerpt counts as an observation here, so the error is that of excerpts.")
def over_excerpts(a, b, recordings):
    return (a - b).mean(), (a - b).std(ddof=1) / np.sqrt(len(a)) if len(a) > 1 else np.nan


@paired.mistake(
    "this adds up the errors of `a` and `b` as if they were measured on different recordings. Take the "
    "difference first: both are right or wrong on the same ones."
)
def not_paired(a, b, recordings):
    mean, error = _like_mirlab(a, b, recordings)
    squares = sum(_means(x, recordings).var(ddof=1) for x in (a, b)) if np.isfinite(error) else np.nan
    return mean, np.sqrt(squares / len(np.unique(recordings)))


@paired.mistake(
    "`np.std` needs `ddof=1` to estimate the spread from a sample; with few recordings it matters."
)
def without_ddof(a, b, recordings):
    means = _means(a - b, recordings)
    return np.mean(means), np.std(means) / np.sqrt(len(means)) if len(means) > 1 else np.nan


@paired.mistake(
    "this is the spread of the recordings; the error of their mean is `np.sqrt(n)` times smaller."
)
def the_spread(a, b, recordings):
    means = _means(a - b, recordings)
    return np.mean(means), np.std(means, ddof=1) if len(means) > 1 else np.nan


@paired.mistake("you divide by the root of the number of excerpts; there are as many means as recordings.")
def root_of_excerpts(a, b, recordings):
    means = _means(a - b, recordings)
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(a)) if len(means) > 1 else np.nan


@paired.mistake("the mean is taken over excerpts, so a long recording counts more than a short one.")
def mean_over_excerpts(a, b, recordings):
    return (a - b).mean(), _like_mirlab(a, b, recordings)[1]


@paired.mistake("this is `b - a`; the sign is turned around.")
def turned_around(a, b, recordings):
    return _like_mirlab(b, a, recordings)
