"""A class: the files that learners handed in, as a table, as text, and as one picture per lesson.

A teacher collects the files of `mirlab.lessons.hand_in` in a folder. `read` counts every file that can be
used, and says in one sentence why another is not counted. Nothing is sent anywhere.
"""

from mirlab.classes.folder import Classroom, Learner, read
from mirlab.classes.pictures import write_pictures
from mirlab.classes.tables import as_csv, as_text, table

__all__ = ["Classroom", "Learner", "as_csv", "as_text", "read", "table", "write_pictures"]
