"""Sounds that occur under two names, and whether their labels agree."""

from collections import defaultdict

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mirlab.validate import pictures
from mirlab.validate.report import Finding


def find(files, heard, listing, *, published):
    """Report each sound that occurs several times, with all its names.

    Parameters
    ----------
    files : list of File, length n
        All files of the set.
    heard : list of mirlab.validate.listening.Look, length n
        What was heard in them.
    listing : mirlab.datasets.files.Listing
        The set.
    published : callable
        ``published(files)`` says whether these copies are in the published set, too.

    Yields
    ------
    Finding
        Of the kind "duplicate", or "clash" if the names are under different labels.
    """
    same = defaultdict(list)  # files that are the same to the sample, by hash
    for i, look in enumerate(heard):
        if key := look.sound or _damaged(look):
            same[key].append(i)
    exact = list(same.values())
    seen = {k: heard[own[0]].picture for k, own in enumerate(exact)}
    seen = {k: picture for k, picture in seen.items() if picture is not None}
    numbers = list(seen)
    pairs = [(numbers[i], numbers[j]) for i, j in pictures.alike(list(seen.values()))]
    graph = coo_array((np.ones(len(pairs)), np.array(pairs, int).reshape(-1, 2).T), shape=(len(exact),) * 2)
    _, component = connected_components(graph, directed=False)
    recordings = defaultdict(list)
    for own, number in zip(exact, component, strict=True):
        recordings[number].append(own)
    groups = [(sorted(i for own in parts for i in own), len(parts) > 1) for parts in recordings.values()]
    for members, likely in sorted(groups):
        if len(members) > 1:
            yield _copy([files[i] for i in members], [heard[i] for i in members], likely, listing, published)


def _damaged(look):
    """Return the hash of the bytes of a file that breaks off: it may occur twice, too."""
    return look.content if look.faults and look.faults[0][0] == "truncated" else ""


def _copy(files, heard, likely, listing, published):
    names = tuple(file.name for file in files)
    if likely:
        how = "are most likely the same recording"
    elif len({look.content for look in heard}) > 1:
        how = "contain the same sound, sample by sample"
    else:
        how = "are the same file, byte by byte"
    labels = defaultdict(list)
    for file in files:
        labels[file.excerpts[0].label].append(file.name)
    if len(labels) == 1 or any(isinstance(label, tuple) for label in labels):  # tags were given one by one
        return Finding("duplicate", names, f"{listed(names)} {how}", published(files))
    firsts = [f"{some[0]} ({listing.label_names[label]!r})" for label, some in labels.items()]
    others = [name for some in labels.values() for name in some[1:]]
    cure = "listen to them, and keep one" if likely else "at most one of the labels is right"
    sentence = f"{listed([*firsts, *others])} {how}, under {len(labels)} labels; {cure}"
    return Finding("clash", names, sentence, published(files))


def listed(names, most=3):
    """Return names as part of a sentence, the first few of them.

    Parameters
    ----------
    names : sequence of str
        Two or more.
    most : int
        How many are written out.

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e"])
    ('a, b and c', 'a, b, c and 2 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
