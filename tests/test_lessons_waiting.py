"""Long work in a notebook: what is shown while it goes on, and that nothing is left of it."""

import pytest

from mirlab.lessons import waiting


class Handle:
    def __init__(self, shown):
        self.shown = shown

    def update(self, page):
        self.shown.append(page.data)


@pytest.fixture
def shown(monkeypatch):
    pages = []

    def display(page, display_id):
        pages.append(page.data)
        return Handle(pages)

    monkeypatch.setattr(waiting, "display", display)
    return pages


def test_work_is_shown_with_count_rate_and_time_left(shown, monkeypatch):
    clock = iter([0.0, 2.0, 4.0])
    monkeypatch.setattr(waiting.time, "monotonic", lambda: next(clock))
    progress = waiting.Waiting()
    for done in (100, 200, 300):
        progress(done, 400, "<set>")
    assert len(shown) == 2  # nothing is shown of work that takes less than half a second
    assert (
        'value="200"' in shown[0] and "&lt;set&gt;: 200 of 400, 50.0 per second, about 4 s left" in shown[0]
    )
    assert "300 of 400, 50.0 per second, about 2 s left" in shown[1]


def test_work_that_was_interrupted_is_shown_anew(shown, monkeypatch):
    monkeypatch.setattr(waiting, "EVERY", -1)
    progress = waiting.Waiting()
    for done in (0, 5, 0, 2):
        progress(done, 10, "a")
    assert "" in shown[1:-1] and "a: 2 of 10" in shown[-1]


def test_nothing_is_left_of_it_at_the_end(shown, monkeypatch):
    monkeypatch.setattr(waiting, "EVERY", -1)
    progress = waiting.Waiting()
    progress(0, 2, "a")
    progress(2, 2, "a")
    assert shown[-1] == ""
    progress(1, 3, "b")  # other work begins anew
    assert "b: 1 of 3" in shown[-1]


def test_items_come_with_a_bar_that_is_removed(shown, monkeypatch):
    monkeypatch.setattr(waiting, "EVERY", -1)
    assert list(waiting.each(iter("abc"), "letters")) == ["a", "b", "c"]
    assert "letters: 2 of 3" in shown[-2] and "white-space: nowrap" in shown[-2] and shown[-1] == ""
    for _ in waiting.each("abc", "letters"):
        break
    assert shown[-1] == ""
