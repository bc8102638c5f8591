"""For teachers: the pack and the stick, both made from the files of the lessons.

`pack.write` makes the pack: HTML pages that need no network, to read, to show and to print. They come from
the files of the lessons, their stored notebooks and ``plans.toml``; nobody edits them. `stick.make` makes a
folder from which a laptop without any network sets up and runs the course.

Modules: `markdown` (prose), `frame` (a page), `timetable` (minutes of each section), `guide`, `slides`,
`handout`, `plans` (several lessons in sessions), `pack` (all of these, and an index), `wheels` (packages for
other machines), `stick`, `folders` (those that we may fill).
"""
