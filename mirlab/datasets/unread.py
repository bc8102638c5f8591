"""Report what is in the folder of a data set and is not read, so that no music is ignored silently.

Files that accompany music (texts, tables, pictures, playlists) are expected and not mentioned. Every other
file is either read or reported; many files of one kind share a sentence.
"""

import os
from collections import defaultdict

from mirlab.datasets import endings, naming
from mirlab.datasets.tree import identity

MOST_FOLDERS = 20_000
"""How many folders are searched: a set has fewer, but a user may name a whole disk."""

MOST_KINDS = 20
"""How many kinds of files, or links, get a sentence of their own."""


def problems(tree, home, folders, read, *, reported=(), skip=(), what="genre", labels=(), base=None):
    """Report what is in the folder of a set and is not read.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where the set was looked for.
    home : pathlib.Path
        The folder that holds `folders`.
    folders : iterable of pathlib.Path
        The folders whose sound files are read.
    read : iterable of pathlib.Path
        The files that are read.
    reported : iterable of pathlib.Path
        Files that are not read and are already mentioned.
    skip : iterable of pathlib.Path
        Folders that are already mentioned, or do not belong to this set.
    what : str
        What `folders` are for: "genre", "label", "clip".
    labels : iterable of str
        Names that folders in `home` may have, if known.
    base : pathlib.Path, optional
        The outermost folder of the set; `home` if not given.

    Returns
    -------
    list of str
        Sentences, each of which begins with a file or a folder, or with a number of files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mirlab.datasets.tree import Tree
    >>> with tempfile.TemporaryDirectory() as root:
    ...     jazz = Path(root, "jazz")
    ...     jazz.mkdir()
    ...     for name in ("a.mp3", "b.sd2", "cover.jpg"):
    ...         (jazz / name).touch()
    ...     [sentence] = problems(Tree(root), Path(root), [jazz], [jazz / "a.mp3"])
    >>> sentence.partition(": ")[2]
    'mirlab cannot read this kind of file; convert it to wav or flac'
    """
    look = _Look(tree, home, set(folders), {*map(os.fspath, read), *map(os.fspath, reported)})
    look.into(base or home, set(skip))
    return [*look.sentences(what, labels), *look.other_files()]


class _Look:
    """What was seen on one walk through the folder of a set."""

    def __init__(self, tree, home, folders, known):
        self.tree, self.home, self.folders, self.known = tree, home, folders, known
        self.beside, self.hidden, self.links, self.misnamed, self.unseen = [], [], [], [], []
        self.inside = defaultdict(list)  # sound files in folders below a folder that is read, by that folder
        self.elsewhere = defaultdict(list)  # sound files in other folders, by the outermost of them
        self.kinds = defaultdict(list)  # files that are not sound, by why they are not read and how they end

    def into(self, base, skip):
        """Search a folder and all folders below it. Links are not followed: they may lead to a whole disk."""
        around, seen = {self.home, *self.home.parents}, set()
        waiting = [(base, self.elsewhere[base] if base in self.folders else self.beside)]
        while waiting and len(seen) < MOST_FOLDERS:
            folder, sounds = waiting.pop()
            own = identity(folder)
            if folder in skip or own is None or own in seen:
                continue
            seen.add(own)
            entries = self.tree.opened(folder)
            self._files(folder, entries, sounds)
            for path in reversed([folder / name for name in entries.folders]):
                if path in self.folders or path in around:
                    waiting.append((path, self.elsewhere[path] if path in self.folders else sounds))
                elif os.path.islink(path):
                    self.links.append(path)
                elif endings.is_sound(path.name) and not self.tree.opened(path).sounds:
                    self.misnamed.append(path)
                elif folder in self.folders:
                    waiting.append((path, self.inside[folder]))
                else:
                    waiting.append((path, self.elsewhere[path] if folder in around else sounds))
        self.unseen = [folder for folder, _ in waiting]

    def _files(self, folder, entries, sounds):
        for name in entries.files:
            if os.path.join(folder, name) in self.known:
                continue
            if endings.is_sound(name):
                sounds.append(folder / name)
            elif kind := _kind(name, entries.folders):
                self.kinds[kind, endings.ending(name)].append(folder / name)
        self.hidden += [folder / name for name in entries.hidden]

    def sentences(self, what, labels):
        """Yield a sentence for each place with sound files that are not read."""
        if self.beside:
            yield (
                f"{first(self.beside, 'sound file')} beside the {what} folders and not read; move "
                f"{_them(self.beside)} into one of them"
            )
        for folder, paths in self.elsewhere.items():
            if paths and folder in self.folders:
                yield f"{first(paths, 'sound file')} that the set does not name, and not read"
            elif paths:
                known = f"; there are {', '.join(labels)}" if labels and folder.parent == self.home else ""
                yield (
                    f"{folder}: is not a {what} folder of this set, so {_several(paths)} in it {_are(paths)} "
                    f"not read{known}"
                )
        for folder, paths in self.inside.items():
            if paths:
                inner = list(dict.fromkeys(folder / path.relative_to(folder).parts[0] for path in paths))
                yield (
                    f"{first(inner, 'folder')} inside a {what} folder; {_several(paths)} in {_them(inner)} "
                    f"{_are(paths)} not read; move {_them(paths)} up"
                )
        few = len(self.links) <= MOST_KINDS
        for paths in ([path] for path in self.links) if few else [self.links]:
            yield f"{first(paths, 'link')} to a folder and not followed; if it holds music, put that there"
        if self.misnamed:
            yield f"{first(self.misnamed, 'folder')} with the name of a sound file and not read; rename it"
        if self.unseen:
            yield f"{self.unseen[0]}: was not looked into, because there are more than {MOST_FOLDERS} folders"
        if self.hidden:
            yield (
                f"{first(self.hidden, 'hidden file')} and not read, because of the dot in front of the name; "
                f"rename {_them(self.hidden)} if it is part of the set"
            )

    def other_files(self):
        """Yield a sentence for each kind of file that is not sound and not expected, the rarest together."""
        kinds = sorted(self.kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))
        for (kind, end), paths in kinds[:MOST_KINDS]:
            if len(paths) == 1:
                yield f"{paths[0]}: {kind.format(it='it')}"
            else:
                named = f"named *{end}" if end else "without an ending"
                yield f"{len(paths)} files {named}, the first is {paths[0]}: {kind.format(it='them')}"
        if more := [path for _, paths in kinds[MOST_KINDS:] for path in paths]:
            yield f"{more[0]}: {UNKNOWN}; the same is true of {len(more) - 1} files of other kinds"


CANNOT = "mirlab cannot read this kind of file; convert {it} to wav or flac"
NOTES = "this kind of file holds notes and no sound; it is not read"
ARCHIVE = "an archive is not read; unpack {it}"
UNFINISHED = "the download did not finish; get {it} again"
UNKNOWN = "mirlab does not know this kind of file; it is not read"


def _kind(name, folders):
    """Return what to say about a file that is not sound, or None for one that is expected."""
    end = endings.ending(name)
    if endings.is_companion(name):
        return None
    if end in endings.UNREADABLE:
        return CANNOT
    if end in endings.NOTES:
        return NOTES
    if endings.is_archive(name):
        unpacked = name.partition(".")[0].casefold() in map(str.casefold, folders)
        return None if unpacked else ARCHIVE
    return UNFINISHED if end in endings.UNFINISHED else UNKNOWN


def base(tree, home, name):
    """Return the outermost folder that belongs to a set.

    Parameters
    ----------
    tree : mirlab.datasets.tree.Tree
        Where the set was looked for.
    home : pathlib.Path
        The folder in which it was found.
    name : str
        The name of the set.

    Returns
    -------
    pathlib.Path
        The outermost folder that is named like the set; the root, if nothing in between says whose it is and
        no other set is in it; or `home`.
    """
    parts = home.relative_to(tree.root).parts
    ways = [tree.root.joinpath(*parts[:i]) for i in range(len(parts) + 1)]
    named = [way for way in ways if naming.set_called(way.name) == name]
    if named:
        return named[0]
    others = any(naming.set_called(folder) not in (None, name) for folder in tree.opened(tree.root).folders)
    return tree.root if all(map(naming.is_inner, parts)) and not others else home


def first(paths, what):
    """Begin a sentence about some files: name the file, or the first of several.

    Parameters
    ----------
    paths : list of pathlib.Path
        The files.
    what : str
        What each of them is.

    Returns
    -------
    str

    Examples
    --------
    >>> first(["b.mp3"], "file"), first(["b.mp3", "c.mp3"], "file")
    ('b.mp3: is a file', 'b.mp3: is the first of 2 files')
    """
    return (
        f"{paths[0]}: is a {what}" if len(paths) == 1 else f"{paths[0]}: is the first of {len(paths)} {what}s"
    )


def _several(paths):
    return f"{len(paths)} sound file{'s' * (len(paths) > 1)}"


def _are(paths):
    return "is" if len(paths) == 1 else "are"


def _them(paths):
    return "it" if len(paths) == 1 else "them"
