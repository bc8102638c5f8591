"""The course as one PDF: the same pages on one page, printed by Chromium."""

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from mirlab import paths
from mirlab.errors import MirlabError
from mirlab.site.building import build

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PRINTING = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
)
PATIENCE = 1800  # seconds; sixteen lessons take a few minutes


def print_pdf(file: str | Path, *, lessons=None) -> list[str]:
    """Print the course as one PDF with an outline, alt texts, and the answers below each question.

    The reference of the package is left out; it is on the site.

    Parameters
    ----------
    file : str or Path
        The PDF. It is replaced when the new one is complete.
    lessons : list of str, optional
        Numbers of the lessons; all if not given.

    Returns
    -------
    list of str
        What Sphinx complained about.

    Raises
    ------
    MirlabError
        If a package is missing, there is no Chromium, or the file cannot be written.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise MirlabError("the booklet is printed by Chromium or Chrome, and neither is on this machine")
    with TemporaryDirectory(prefix="mirlab-booklet-", ignore_cleanup_errors=True) as work:
        built = build(Path(work, "pages"), lessons=lessons, rooms=[], builder="singlehtml")
        built.index.write_text(on_paper(built.index.read_text(encoding="utf-8")), encoding="utf-8")
        printed = Path(work, "booklet.pdf")
        command = [browser, *PRINTING, f"--user-data-dir={work}/profile", f"--print-to-pdf={printed}"]
        try:
            done = subprocess.run(
                [*command, built.index.as_uri()], capture_output=True, text=True, timeout=PATIENCE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MirlabError(f"{browser}: it could not print the booklet ({error})") from error
        if not printed.is_file():
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise MirlabError(f"{browser}: it did not print the booklet ({reason})")
        try:
            paths.write_atomically(Path(file), printed.read_bytes())
        except OSError as error:
            raise MirlabError(
                f"{file}: the booklet cannot be written ({error.strerror}); name another file"
            ) from error
    return built.warnings


def on_paper(html: str) -> str:
    """Return a page for paper: what can be unfolded is open, and a sound says where it can be heard.

    Examples
    --------
    >>> on_paper('<details><summary>a</summary></details><audio src="data:x"></audio>')
    '<details open><summary>a</summary></details><p><em>♪ Sound: in the notebook, on the site.</em></p>'
    """
    html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)  # questions keep their answers below
    html = html.replace("<details>", "<details open>")
    return re.sub(r"<audio\b[^>]*></audio>", "<p><em>♪ Sound: in the notebook, on the site.</em></p>", html)
