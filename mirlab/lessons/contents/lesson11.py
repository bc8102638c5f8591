"""Exercises of lesson 11."""

import numpy as np

from mirlab import evaluate
from mirlab.lessons import exercise


@exercise(
    hints=[
        "Ask of each file: is there music in it that can be saved, and who could save it?",
        "A file that breaks off, or has 0 bytes, was whole somewhere once: “get it again”.",
        "A format that is not read, or values out of range, can be mended here with a sound editor: “export "
        "it again”. A file in the wrong place: “move it”. Silence holds no music: “leave it out”.",
    ],
    reason="Each sentence names what is wrong and what would be right. Nothing needs to be mended at once: "
    "what cannot be used is left out, told, and stands in the data card.",
)
def diagnosis():
    """Return what to do about six files."""
    return {
        "nocturne.flac: breaks off at 3.10 s, before its end": "get it again",
        "chorale.mp3: is empty (0 bytes)": "get it again",
        "memo.wma: cannot be read as sound; other than wav, flac, ogg, mp3, au and aiff": "export it again",
        "mixdown.wav: holds values that are not finite or far beyond -1 to 1": "export it again",
        "tape end.flac: is silent": "leave it out",
        "radio.ogg: is a sound file beside the label folders and not read": "move it",
    }


@diagnosis.mistake(
    "to export a file that breaks off gives a file of the right form with the rest of the music missing. "
    "What is lost is lost here; it is whole elsewhere."
)
def export_what_is_lost():
    return {"nocturne.flac: breaks off at 3.10 s, before its end": "export it again"}


@diagnosis.mistake(
    "silence is not damage: the file says what it says, and another copy of it would be as silent."
)
def get_silence_again():
    return {"tape end.flac: is silent": "get it again"}


@diagnosis.mistake(
    "a recording that only lies in the wrong place is as good as any other: give it a label by moving it."
)
def leave_out_what_can_be_moved():
    return {"radio.ogg: is a sound file beside the label folders and not read": "leave it out"}


@exercise(
    hints=[
        "What must stay together? Excerpts of one file, and files with the same content. Of these two, one "
        "contains the other.",
        "Excerpts of one file have that file's content. So draw contents, not files and not excerpts.",
        "`drawn = rng.permutation(sorted(set(contents)))[: …]`, then `np.isin(contents, drawn)`.",
    ],
    reason="A recording is what it holds, not what it is called. A copy in another format has other bytes, "
    "though, and escapes this too: it takes ears, or neighbours.",
    inputs=lambda rng: {
        "three recordings of two excerpts": (
            ["a.wav", "a.wav", "b.mp3", "b.mp3", "c.ogg", "c.ogg"],
            ["e1", "e1", "77", "77", "0c", "0c"],
            np.random.default_rng(1),
        ),
        "a copy under another name": (
            ["a.wav", "a.wav", "b.wav", "c.wav", "copy of a.wav", "copy of a.wav"],
            ["e1", "e1", "77", "0c", "e1", "e1"],
            np.random.default_rng(2),
        ),
        "nine recordings, each of them there twice": (
            [f"{copy}{i}.wav" for copy in ("", "copy of ") for i in range(9)],
            [f"{i:02x}" for _ in range(2) for i in range(9)],
            rng,
        ),
        "two recordings, one of them long": (
            ["a.wav"] * 7 + ["b.wav"],
            ["e1"] * 7 + ["77"],
            np.random.default_rng(3),
        ),
    },
)
def split(files, contents, rng):
    """Draw about a third of the recordings for testing; True where an excerpt is tested."""
    recordings = sorted(set(contents))
    drawn = rng.permutation(recordings)[: max(1, len(recordings) // 3)]
    return np.isin(contents, drawn)


@split.accepts
def _leak(tested, files, contents, rng):
    tested = np.asarray(tested)
    if tested.dtype != bool or tested.shape != (len(files),):
        return f"it must be {len(files)} times True or False, one an excerpt"
    if tested.all() or not tested.any():
        return "all excerpts stand on one side; both sides need some"
    files, contents = np.array(files), np.array(contents)
    for content in dict.fromkeys(contents.tolist()):
        mine = contents == content
        if len(set(tested[mine].tolist())) == 2:
            names = list(dict.fromkeys(files[mine].tolist()))
            if len(names) == 1:
                return f"excerpts of {names[0]} stand on both sides"
            return f"{' and '.join(names)} hold the same, and stand on both sides"
    if len(set(contents[tested])) > len(set(contents)) / 2:
        return "more than half of the recordings are tested; too few are left to learn from"
    return None


@split.mistake("excerpts of one recording stand on both sides.")
def by_excerpt(files, contents, rng):
    return rng.permutation(len(files)) < max(1, len(files) // 3)


@split.mistake("a copy under another name stands on the other side.")
def by_file(files, contents, rng):
    names = sorted(set(files))
    return np.isin(files, rng.permutation(names)[: max(1, len(names) // 3)])


def _like_mirlab(values, recordings):
    values, recordings = np.asarray(values, float), np.asarray(recordings)
    means = [values[recordings == one].mean() for one in np.unique(recordings)]
    return float(np.mean(means)), float(evaluate.standard_error(means))


@exercise(
    hints=[
        "First one number a recording: the mean of its excerpts' values.",
        "`values[recordings == one].mean()` for each `one` of `np.unique(recordings)`.",
        "The standard error of the mean of n numbers: `np.std(means, ddof=1) / np.sqrt(n)`.",
    ],
    reason="The excerpts of a recording are right or wrong together, so they count as one observation. The "
    "number that narrows the error bar is that of recordings.",
    inputs=lambda rng: {
        "three recordings of two excerpts": (
            np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0]),
            np.array(["a", "a", "b", "b", "c", "c"]),
        ),
        "one excerpt a recording": (np.array([1.0, 0.0, 1.0, 1.0]), np.array(["a", "b", "c", "d"])),
        "one long recording among short ones": (
            np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]),
            np.array(["a"] * 5 + ["b", "c"]),
        ),
        "differences, in any order": (
            rng.integers(-1, 2, 12).astype(float),
            rng.permutation(np.repeat(["a", "b", "c", "d"], 3)),
        ),
    },
    reference=_like_mirlab,
)
def by_recording(values, recordings):
    """Return the mean over recordings, and its standard error."""
    means = [values[recordings == one].mean() for one in np.unique(recordings)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(means))


@by_recording.mistake(
    "that is the error over excerpts: it takes every excerpt for an observation of its own, and comes out "
    "too small."
)
def over_excerpts(values, recordings):
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


@by_recording.mistake("with few recordings it matters: `np.std` needs `ddof=1` to estimate the spread.")
def without_ddof(values, recordings):
    means = [values[recordings == one].mean() for one in np.unique(recordings)]
    return np.mean(means), np.std(means) / np.sqrt(len(means))


@by_recording.mistake(
    "that is the spread of recordings; the error of their mean is `np.sqrt(n)` times smaller."
)
def the_spread(values, recordings):
    means = [values[recordings == one].mean() for one in np.unique(recordings)]
    return np.mean(means), np.std(means, ddof=1)


@by_recording.mistake(
    "you divide by the root of the number of excerpts; the means are as many as recordings."
)
def root_of_excerpts(values, recordings):
    means = [values[recordings == one].mean() for one in np.unique(recordings)]
    return np.mean(means), np.std(means, ddof=1) / np.sqrt(len(values))
