"""What holds for every widget: words, scripts that run no name, pictures and sounds sent in time."""

import re
from importlib import resources

import anywidget
import numpy as np
import pytest
import traitlets

import mirlab.lessons.quiz
import mirlab.widgets
from mirlab import lab, plots
from mirlab.errors import AudioError
from mirlab.show.controls import Described, Pictured, Sounding, Widget, check_choice
from mirlab.widgets.rankings import RankedSounds
from mirlab.widgets.sliders import Sliders, slider

ROOMS = ("mirlab.show", "mirlab.widgets", "mirlab.lessons")
EVIL = "<img src=x onerror=alert(1)> & $x$"


def subclasses(kind):
    for one in kind.__subclasses__():
        if one.__module__.startswith(ROOMS):
            yield one
            yield from subclasses(one)


def scripts():
    """Return the text of each script by its room and name."""
    return {
        (room, file.name.removesuffix(".js")): file.read_text(encoding="utf-8")
        for room in ROOMS
        for file in resources.files(room).iterdir()
        if file.name.endswith(".js")
    }


SHARED = ("mirlab.show", "controls")
MAPS = ("mirlab.widgets", "point_maps")
"""What maps have in common; it draws nothing alone."""
PAGES = [one for one in subclasses(anywidget.AnyWidget) if hasattr(one, "_esm")]


def test_each_script_belongs_to_a_widget_and_follows_the_shared_ones():
    own = {tuple(one.__module__.rsplit(".", 1)): one for one in PAGES}
    texts = scripts()
    for where, text in texts.items():
        if where not in (SHARED, MAPS):
            before = [SHARED, MAPS] if where[1] in ("label_choices", "sound_maps") else [SHARED]
            assert own[where]._esm == "\n".join([*(texts[one] for one in before), text])
            assert own[where]._esm.count("\nexport default") == 1
            assert text.strip().endswith("export default live(render);")
            assert ".mirlab-live {" in own[where]._css  # the shared style
            assert (".mirlab-map .map {" in own[where]._css) == (MAPS in before)
    without = [one.__name__ for where, one in own.items() if where not in texts]
    assert sorted(without) == [
        "LayerListener",
        "QueryByExample",
        "SearchByWords",
        "SecondLook",
    ]  # they have the lists' script
    assert len({one._esm for one in PAGES}) == len(texts) - 1


@pytest.mark.parametrize("where", scripts(), ids=lambda where: where[1])
def test_no_script_asks_the_network_or_makes_code_of_text(where):
    text = scripts()[where].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    style = resources.files(where[0]).joinpath(f"{where[1]}.css")
    text += style.read_text(encoding="utf-8") if style.is_file() else ""
    assert not re.search(r"http|import |fetch\(|XMLHttp|url\(|@import|eval|Function\(", text)
    html = re.findall(r".*(?:inner|outer|Adjacent)HTML.*|document\.write.*", text)
    assert html == ([] if where != SHARED else [line for line in text.splitlines() if "innerHTML" in line])
    assert len(html) == (where == SHARED)  # in `showCard`, for what `mirlab.show.cards` has escaped


def test_every_widget_is_offered_and_described():
    made = [getattr(mirlab.widgets, name) for name in mirlab.widgets.__all__]
    assert len(made) >= 14 and all(callable(one) for one in made)
    assert all(issubclass(one, Described) for one in PAGES)


def test_the_plain_text_of_a_widget_is_its_repr_in_full():
    class Long(Sliders):
        def draw(self):
            self.say(EVIL, EVIL)

        def __repr__(self):
            return "x" * 500

    widget = Long(slider([1, 2], "number"))
    assert widget._repr_mimebundle_()["text/plain"] == "x" * 500
    escaped = "&lt;img src=x onerror=alert(1)&gt; &amp; $x$"
    assert widget.sentence.value == f'<div role="status"><strong>{escaped}</strong> {escaped}</div>'
    assert "xxxxx" not in widget._repr_mimebundle_()["text/html"] and escaped in widget.seen()
    data, _ = mirlab.widgets.ranked_sounds([], None)._repr_mimebundle_()
    assert data["text/plain"] == "" and "application/vnd.jupyter.widget-view+json" in data


def test_sliders_draw_when_they_are_released():
    class Doubler(Sliders):
        def __init__(self):
            self.number = slider([1, 2, 3], "number")
            super().__init__(self.number)

        def draw(self):
            self.say(str(2 * self.number.value))
            self.show(plots.progress_curves({EVIL: [self.number.value, 0]}, xlabel="x", ylabel="y"))

    widget = Doubler()
    assert not widget.number.continuous_update
    before = widget.picture.value
    widget.number.value = 3
    assert "<strong>6</strong>" in widget.sentence.value and widget.picture.value != before
    assert "from 3.00 to 0.00" in widget.picture.value and EVIL not in widget.picture.value


class Shown(Pictured):
    """A widget with a picture, for these tests."""


class Heard(Sounding):
    """A widget with two tones and a sound that cannot be decoded."""

    def sound(self, row):
        if row == 2:
            raise AudioError("jazz.wav: cannot be decoded")
        return 0.1 * np.sin(np.arange(22050) * (row + 1) / 50) / (row < 3)

    def play(self):
        self.send_sound(self.sound, self.row, f"tone {self.row}", "You hear a tone.")


def test_a_picture_and_its_words_are_sent_at_once(monkeypatch):
    widget, sent = Shown(), []
    monkeypatch.setattr(widget, "send_state", lambda key=None: sent.append(set(key)))
    figure = plots.progress_curves({"a": [1, 0]}, xlabel="x", ylabel="y")
    widget.show(figure, "It falls.", tooltip="more")
    assert sent == [{"picture", "alt", "pixels", "said", "tooltip"}]
    assert widget.picture.startswith("data:image/png;base64,")
    assert (widget.alt, widget.said, widget.tooltip) == (figure.alt, "It falls.", "more")


def test_a_sound_is_sent_when_it_is_asked_for():
    widget, answers = Heard(), []
    widget.observe(lambda change: answers.append(change["new"]), "heard")
    widget.row = 0
    assert widget.heard == {}
    widget.plays += 1
    widget.plays += 1
    assert [answer["plays"] for answer in answers] == [1, 2]  # the same sound twice is heard twice
    assert all(answer["said"] == "You hear a tone." and answer["audio"] for answer in answers)
    assert answers[0]["mimetype"] in ("audio/mpeg", "audio/wav")


def test_a_sound_that_cannot_be_heard_is_reported():
    widget = Heard()
    widget.row = 2
    widget.plays += 1
    assert widget.heard == {"plays": 1, "said": "tone 2 cannot be heard: jazz.wav: cannot be decoded"}
    widget.row = 3
    with pytest.raises(ZeroDivisionError), np.errstate(divide="raise"):  # a mistake of ours is not hidden
        widget.sound = lambda row: 1 / 0
        widget.plays += 1


def test_a_value_that_is_no_choice_is_refused_with_the_choices():
    check_choice("songs", 2, (1, 2))
    with pytest.raises(ValueError, match="songs=3 is unknown; it must be one of 1, 2"):
        check_choice("songs", 3, (1, 2))


def test_a_page_learns_when_its_change_is_answered():
    """Even if the answer is a mistake, or nothing changes: the page shows that it waits in the meantime."""

    class Doubting(Widget):
        _esm, number = "export default {}", traitlets.Int(0).tag(sync=True)

        @traitlets.observe("number")
        def _answer(self, change):
            assert self.answered < self.requests
            if change["new"] == 2:
                raise ValueError("two")

    widget = Doubting()
    widget.set_state({"number": 1, "requests": 1})
    assert widget.answered == 1
    with pytest.raises(ValueError, match="two"):
        widget.set_state({"number": 2, "requests": 2})
    assert widget.answered == 2


def test_a_change_that_is_refused_is_taken_back_on_the_page_too(monkeypatch):
    widget, sent = RankedSounds([], None, choices=[{"label": "a", "options": ["b", "c"]}]), []
    monkeypatch.setattr(widget, "send_state", lambda key=None: sent.append(key))
    widget.set_state({"picked": [1], "requests": 1})
    assert (widget.picked, widget.answered) == ([1], 1)
    sent.clear()
    with pytest.raises(traitlets.TraitError, match=r"picked=\[2\] is not among the options; there are \[2\]"):
        widget.set_state({"picked": [2], "requests": 2, "unknown": 0})
    assert (widget.picked, widget.requests, widget.answered) == ([1], 1, 1)  # nobody waits for an answer
    assert sent == [["picked", "requests"]]


def test_a_saved_notebook_keeps_a_still_picture():
    widget = Shown()
    widget.show(plots.progress_curves({EVIL: [1, 0]}, xlabel="x", ylabel="y"), EVIL)
    data, _ = widget._repr_mimebundle_()
    assert lab.STILL in data["text/html"] and lab.VIEW in data and EVIL not in data["text/html"]
    assert f'src="{widget.picture}"' in data["text/html"] and f'width="{widget.pixels}"' in data["text/html"]
    assert "run this cell" in data["text/html"]
    other = {"data": {lab.VIEW: {}, "text/plain": "of another package"}}
    cells = [
        {"outputs": [{"data": data}, other, {"output_type": "stream", "text": ""}]},
        {"source": "# prose"},
    ]
    lab.drop_views(path="x.ipynb", model={"type": "notebook", "content": {"cells": cells}})
    assert lab.VIEW not in data and set(data) == {"text/plain", "text/html"} and lab.VIEW in other["data"]
    lab.drop_views(model={"type": "file", "content": "text"})
    lab.drop_views(model={"type": "notebook", "content": None})
