"""Commands about what learners have solved: `mirlab progress` and `mirlab class`."""

from mirlab import paths
from mirlab.commands.files import ENDINGS, check_file
from mirlab.errors import MirlabError


def progress(options):
    """Show what the learner has solved; write a picture, a file for the teacher or a page to print."""
    from mirlab import lessons
    from mirlab.lessons import certificate, hand_in, resuming

    _check_progress(options)
    course = lessons.course()
    following = resuming.next_unfinished(course)
    if options.next:
        print(following.number if following else course[-1].number)
        return 0
    print(lessons.progress.summary(course).to_string(index=False))
    if lessons.progress.file() is None:
        print("MIRLAB_PROGRESS is off: your progress is not saved.")
    elif following:
        print(f"\nNext: {following.heading} (`{paths.command('lab')}` opens it)")
    else:
        print("\nEvery exercise and every question is solved.")
    if options.picture:
        from mirlab.lessons import progress_page  # here, since matplotlib takes its time
        from mirlab.show.figures import save

        save(progress_page.picture(course), options.picture)
        print(f"Picture: {options.picture}")
    if options.export:
        paths.write_atomically(options.export, hand_in.made(course, options.name, times=options.times))
        print(f"For your teacher: {options.export} (nothing was sent; you can read it in any editor)")
    if options.certificate:
        paths.write_atomically(options.certificate, certificate.page(course, options.name))
        print(f"To print: open {options.certificate} in a browser")
    return 0


def _check_progress(options):
    """Refuse options that contradict one another, before anything is written."""
    for name in ("picture", "export", "certificate"):
        file, ending = getattr(options, name), ENDINGS[name]
        check_file(name, file)
        if file is not None and file.suffix.lower() != ending:
            raise MirlabError(
                f"--{name} {file}: name a file that ends in {ending}, such as {file.stem}{ending}"
            )
    if options.name and not (options.export or options.certificate):
        raise MirlabError("--name is for --export FILE or --certificate FILE; add one of them")
    if (options.export or options.certificate) and (reason := paths.progress_place()[1]):
        raise MirlabError(reason)
    if options.times and not options.export:
        raise MirlabError("--times is for --export FILE; add it")


def classroom(options):
    """Show what the learners of a class have solved, from the files that they handed in."""
    from mirlab import classes, lessons

    check_file("csv", options.csv)
    found = classes.read(options.folder, lessons.course())
    print(classes.as_text(found))
    if not found.learners:
        raise MirlabError(
            f"{options.folder} holds no file that counts; learners make one with "
            f"`{paths.command('progress --export FILE')}`"
        )
    if options.csv:
        table = classes.as_csv(found).encode("utf-8-sig")  # as spreadsheets expect
        paths.write_atomically(options.csv, table)
        print(f"\nTable: {options.csv}")
    if options.pictures:
        page, *pictures = classes.write_pictures(found, options.pictures)
        print(f"\nPictures of {len(pictures)} lessons: open {page} in a browser")
    return 0
