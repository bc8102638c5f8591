"""The part that every lesson shares: exercises that answer, quizzes, progress, and sound.

A notebook begins with ::

    from mirlab import lessons
    from mirlab.lessons import TODO

    here = lessons.open("05")
    here

which shows what the lesson is about, how long it takes and what it builds on. From then on all hangs on
`here`:

``here.ex.rank_weight.check(rank_weight)``
    judges what the learner wrote; ``.hint()`` gives the next hint, ``.solution()`` the answer and its reason.
``here.quiz()``, ``here.footer()``, ``here.progress()``
    ask; say what to remember and where it leads; show what is solved in the whole course.
``lessons.play(y, "blues, from gtzan-synth")``
    is a sound to be heard; ``lessons.show(figure)`` a figure together with its words.

How it is thought
-----------------
**Four outcomes, never confused.** *Not attempted*: something is still `TODO`, or the body is empty;
this is no error and never raises, so an unsolved notebook runs to its end. *Right*: on every input; the
reason is given, since being right is the best moment to hear why. *Wrong*: on which input, what came,
what was expected, and the mistake by name if the results are those of a known one. *Crashed*: the
learner's own error at the learner's own line, without a frame of ours. Functions are judged by what
they do on several inputs, so that an answer written for one of them fails. Of a *value* the right one
is not told (it would be the solution), only where the given one errs and in which direction.

**An exercise is its solution.** The decorated function in ``contents/lessonNN.py`` is ordinary code:
answers are compared with it (or it is itself compared with mirlab's), ``solution()`` prints it, and the
tests put it into the notebook. Known mistakes are ordinary code too, which the tests run. So a check
cannot drift from its exercise.

**One file says what a lesson is**: ``contents/lessonNN.toml`` fills header, footer, quiz and README.

**Text first.** Whatever is shown has a plain text that says the same as its HTML, and that does not
depend on the machine, so that notebooks can be compared with their stored outputs.

**Nothing leaves the machine.** Progress is one file with the user's own data; no page asks the network.

Rooms: `card` (how it looks), `compare` (is it the same?), `blank` (TODO), `exercises`, `progress`,
`lesson`, `quiz`, `player`, `testing` (puts the solutions into a notebook and runs it), `contents` (the
lessons themselves).
"""

from mirlab.lessons import progress
from mirlab.lessons.blank import TODO
from mirlab.lessons.card import show
from mirlab.lessons.exercises import Exercise, exercise
from mirlab.lessons.lesson import Lesson, course, course_map, open
from mirlab.lessons.player import Player, play

__all__ = [
    "TODO",
    "Exercise",
    "Lesson",
    "Player",
    "course",
    "course_map",
    "exercise",
    "open",
    "play",
    "progress",
    "show",
]
