"""Find the real data sets in a folder, under any name and at any depth that publishers use."""

from importlib import import_module

from mirlab.datasets import naming
from mirlab.datasets.tree import Tree
from mirlab.errors import DatasetError

SETS = tuple(naming.FOLDERS)

UNMISTAKABLE = ("gtzan", "magnatagatune", "fma")
"""Sets that are recognised by the names of their files. The others are genre folders, which other collections
have too."""


def search(root, *, scale="lesson", progress=None):
    """Find all real data sets in a folder.

    A set is recognised by the names of its files, by the name of its folder, or because all of its labels are
    there. `mirlab.datasets.find` finds each of them in the same folder.

    Parameters
    ----------
    root : str or os.PathLike
        The folder of one set, or one that holds several.
    scale : {"lesson", "paper"}
        As for `mirlab.datasets.load`.
    progress : callable, optional
        ``progress(done, total, what)``, called while a folder that is not a known set is looked through.

    Returns
    -------
    dict of str to mirlab.datasets.files.Listing
        What was found, by name. A folder of ``<label>/<recording>`` that is not a known set is called
        "folder".
    list of str
        One sentence for each folder that is named like a set but does not hold it.

    Raises
    ------
    DatasetError
        If there is no such folder, or no data set in it.

    Examples
    --------
    >>> search("no such folder")
    Traceback (most recent call last):
    mirlab.errors.DatasetError: ...no such folder: there is no such folder; ...
    """
    tree = Tree.of(root)
    if not tree.root.is_dir():
        raise DatasetError(f"{tree.root}: there is no such folder; name the one that holds the data sets")
    found, refused = {}, []
    named = {naming.owner(tree.root, place) for place in tree.places}
    for name in SETS:
        options = {} if name in UNMISTAKABLE else {"guess": False}
        try:
            found[name] = import_module(f"mirlab.datasets.{name}").find(tree, scale=scale, **options)
        except DatasetError as error:
            if name in named:
                refused.append(str(error))
    if not found:
        from mirlab.datasets import folder

        try:
            found["folder"] = folder.find(tree, scale=scale, progress=progress)
        except DatasetError as error:
            reasons = "; ".join([str(error), *refused])
            raise DatasetError(f"no data set was found: {reasons}") from error
    return found, refused
