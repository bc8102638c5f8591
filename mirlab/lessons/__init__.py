"""What all lessons share: exercises with feedback, quizzes, progress, and sound.

A notebook begins with ::

    from mirlab import lessons
    from mirlab.lessons import TODO

    here = lessons.open("05")
    here

which shows the subject of the lesson, its duration and its prerequisites. Everything else is in `here`:

``here.ex.rank_weight.check(rank_weight)``
    judges the learner's answer; ``.hint()`` gives the next hint, ``.solution()`` the solution and its reason.
``here.predict.winner("base")``
    keeps what the learner expects; ``.reveal(winner)`` shows it beside the result.
``here.quiz()``, ``here.footer()``, ``here.progress()``
    show the quiz; the key points and the next lesson; and the learner's progress in the whole course.
``lessons.play(y, "blues, from gtzan-synth")``
    plays a sound; ``lessons.show(figure)`` shows a figure with its words; ``lessons.each(items, what)`` goes
    through items and shows how far it is.

Principles
----------
**Four outcomes.** *Not attempted*: something is still `TODO`, or the body is empty. This is not an error and
never raises, so an unsolved notebook runs to its end. *Right*: on every input; the reason is given, because
the learner wants to know it now. *Wrong*: the input, the result, the expected result, and the name of the
mistake if the results are those of a known one. *Crashed*: what the error means, at the learner's own line,
without our frames. A wrong *value* is not corrected, because that would be the solution; the message says
where it is wrong and in which direction.

**Fair checks.** A function is judged on inputs that are drawn anew in each check, on copies of them, and for
a limited time. The comparison is about values and not about types. `harness` tries all exercises of the
course with right and wrong answers of all kinds, so what holds for one exercise holds for all.

**An exercise is its solution.** The decorated function in ``contents/lessonNN.py`` is ordinary code: answers
are compared with it, ``solution()`` prints it, and the tests put it into the notebook. Known mistakes are
ordinary code too, and the tests run them. Therefore a check always agrees with its exercise.

**One file describes a lesson**: ``contents/lessonNN.toml`` fills header, footer, quiz, glossary and README.

**Text first.** Everything on the page has a plain text that says the same as its HTML and does not depend on
the machine, so that notebooks can be compared with their stored outputs.

**Nothing leaves the machine.** Progress is one file with the user's own data; no page uses the network.

Modules, from an answer to its outcome: `blank` (TODO), `running` (a copy, a time limit), `compare` (the same
result?), `failures` (errors in plain words), `judging`, `exercises`, `harness` (tries them all). Beside them:
`predictions`, `progress` (`database` is its file, `progress_page` its picture), `resuming` (the next lesson),
`hand_in` (the file for a teacher), `certificate` (a page to print), `quiz`, `glossary`, `lesson`,
`testing` (puts the solutions into a notebook and runs it), `contents` (the lessons themselves).
"""

from mirlab.lessons import progress
from mirlab.lessons.blank import TODO
from mirlab.lessons.exercises import Exercise, exercise
from mirlab.lessons.lesson import Lesson, course, course_map, open
from mirlab.lessons.waiting import each
from mirlab.show.cards import show
from mirlab.show.players import Player, play

__all__ = [
    "TODO",
    "Exercise",
    "Lesson",
    "Player",
    "course",
    "course_map",
    "each",
    "exercise",
    "open",
    "play",
    "progress",
    "show",
]
