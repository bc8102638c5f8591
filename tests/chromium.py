"""What the tests in a real browser share: Chromium, and axe-core, which looks for faults of accessibility."""

import os
import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = os.environ.get("MIRLAB_REQUIRE_BROWSER")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="no Chromium on this machine; in CI its absence is a failure"
)
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--autoplay-policy=no-user-gesture-required",
)


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "MIRLAB_REQUIRE_BROWSER is set, and there is no Chromium: apt-get install chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def faults(page, include=None):
    """Return what axe-core calls serious or critical, each with the elements that it concerns.

    `include` are selectors of the parts to look at; the whole page if not given.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    where = {"include": [[selector] for selector in include]} if include else None
    found = page.evaluate("(where) => axe.run(where ?? document, { resultTypes: ['violations'] })", where)[
        "violations"
    ]
    return [
        f"{one['impact']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:5]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
