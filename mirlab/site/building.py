"""Run Sphinx on the staged sources."""

import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mirlab import __version__
from mirlab.errors import MirlabError
from mirlab.site import staging
from mirlab.teach import pack

MADE = ".buildinfo"  # Sphinx leaves this file in a folder of pages
SETTINGS = {
    "project": "mirlab",
    "author": "The mirlab authors",
    "copyright": "The mirlab authors, MIT licence",
    "version": __version__,
    "release": __version__,
    "extensions": ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mirlab.site.extension"],
    "html_theme": "furo",
    "html_title": "mirlab",
    "html_static_path": ["_static"],
    "html_css_files": ["site.css"],
    "html_js_files": [("site.js", {"defer": "defer"})],
    "html_domain_indices": False,
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_math_renderer": "mathml",
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},  # or a page with widgets would load scripts from another machine
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath"],
    "myst_heading_anchors": 3,
    "autodoc_member_order": "bysource",
    "autodoc_typehints": "none",  # the docstrings say it, with shapes
    "napoleon_google_docstring": False,
    "napoleon_use_rtype": False,
    "napoleon_use_ivar": True,
    "suppress_warnings": ["ref.python"],  # a word of a type line that is also the name of several attributes
    "smartquotes": False,
}


@dataclass(frozen=True)
class Built:
    """What `build` has made: the first page, the number of pages, and what Sphinx complained about."""

    index: Path
    pages: int
    warnings: list[str]


def build(folder: str | Path, *, lessons=None, rooms=None, builder: str = "html") -> Built:
    """Build the pages of the course.

    Parameters
    ----------
    folder : str or Path
        A new folder, an empty one, or one that an earlier build has made.
    lessons : list of str, optional
        Numbers of the lessons; all if not given, and then the teacher's pack is there too.
    rooms : list of str, optional
        Rooms of the API reference, such as ``["warp"]``; all if not given, none if empty.
    builder : str
        ``html``, or ``singlehtml`` for everything on one page.

    Returns
    -------
    Built

    Raises
    ------
    MirlabError
        If Sphinx is missing, the course's own folder is not there, or the folder holds something else.

    Examples
    --------
    >>> build("pages", lessons=["99"])
    Traceback (most recent call last):
    mirlab.errors.LessonError: there is no lesson '99'; there are 00, 01, ...
    """
    folder = Path(folder)
    chosen = staging.choose(lessons)
    _check(folder)
    try:
        from sphinx.application import Sphinx
        from sphinx.errors import SphinxError
        from sphinx.util.docutils import docutils_namespace
    except ImportError:
        raise MirlabError(
            "the pages are built by packages that are not here; in the course's folder, run "
            '`pip install -e ".[site]" -c constraints.txt`'
        ) from None
    complaints = io.StringIO()
    with TemporaryDirectory(prefix="mirlab-site-") as work:
        source = Path(work, "source")
        whole = not lessons and builder == "html"
        staging.stage(source, chosen, rooms, teachers=whole)
        try:
            with docutils_namespace():  # a second build in this process begins anew
                Sphinx(
                    source,
                    None,
                    folder,
                    Path(work, "doctrees"),
                    builder,
                    confoverrides=SETTINGS,
                    status=None,
                    warning=complaints,
                ).build()
        except SphinxError as error:
            raise MirlabError(f"the pages could not be built: {error}") from error
        if whole:
            pack.write(folder / staging.TEACHERS)
        warnings = re.sub(r"\x1b\[[\d;]*m", "", complaints.getvalue()).replace(f"{source}/", "")
    return Built(folder / "index.html", len(list(folder.rglob("*.html"))), warnings.splitlines())


def _check(folder: Path) -> None:
    """Refuse a folder that holds something other than pages: Sphinx would write among the files there."""
    if folder.exists() and not folder.is_dir():
        raise MirlabError(f"{folder}: this is a file; name a folder for the pages")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MADE).is_file():
        raise MirlabError(f"{folder}: this folder holds other files; name a new folder for the pages")
