"""A page that plays a sound, for a machine on which a learner hears nothing."""

from importlib import resources
from pathlib import Path

from mirlab import corpus, paths
from mirlab.show.players import play

PAGE = "sound-check.html"
PLACE = "<!-- the player -->"


def write() -> Path:
    """Write the page into the folder of what is built.

    Returns
    -------
    Path
        The page. It needs no other file and no network.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    page = (resources.files("mirlab.doctor") / "sound_page.html").read_text(encoding="utf-8")
    player = play(corpus.plan("gtzan")[0].audio(), "a test sound, synthetic")._repr_html_()
    file = paths.data_dir() / PAGE
    paths.write_atomically(file, page.replace(PLACE, player))
    return file
