"""Carry out each command and print its results; `mirlab.cli` reads the command line and calls them.

Each takes the options of its command and returns the exit code, or None for 0. Other modules are imported
where they are used, because a command should not wait for what it does not need.
"""

import os
import shlex
import signal
import subprocess
import sys
import textwrap
import threading
from contextlib import contextmanager, nullcontext, redirect_stdout

from mirlab import paths
from mirlab.commands.files import check_file
from mirlab.errors import MirlabError


@contextmanager
def progress_bars():
    """Give a ``progress(done, total, what)`` that draws a bar for each piece of work, one after the other."""
    from tqdm import tqdm

    bar = None

    def show(done, total, what):
        nonlocal bar
        if bar is None or total != bar.total or done < bar.n:  # other work; the same kind may come again
            if bar is not None:
                bar.close()
            bar = tqdm(total=total, initial=done, desc=what, unit="", file=sys.stderr, dynamic_ncols=True)
        bar.set_description_str(what, refresh=False)
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def lab(options):
    """Open JupyterLab on the next unfinished lesson, and compose missing music in the background."""
    from mirlab import lab as jupyter

    if options.build_only:
        if options.follow:
            threading.Thread(target=jupyter.end_with_input, daemon=True).start()
        return build(options)
    notebook = jupyter.lesson(options.lesson) if options.lesson else jupyter.next_lesson()
    os.environ.pop("MPLBACKEND", None)  # the kernels choose their own
    os.environ |= jupyter.environment()
    if server := jupyter.running():
        url = jupyter.address(server["url"], server["token"], notebook)
        print(f"The lessons are open already, at {url}")
        if not options.no_browser:
            jupyter.show(url)
        return 0
    with jupyter.building(options.jobs), _last_interrupt():
        jupyter.serve(notebook, browser=not options.no_browser, port=options.port)
    print("Stopped.")
    return 0


@contextmanager
def _last_interrupt():
    """Ignore Ctrl-C after the block: a second Ctrl-C would interrupt Python while it exits."""
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def build(options):
    """Compose the music of all lessons, and learn their embeddings."""
    from mirlab.audio import effects
    from mirlab.paper import Study

    built = False

    def tell(*news):
        nonlocal built
        if not built:
            built = True
            print("Composing the music of the course; this is done once.", file=sys.stderr)
        show(*news)

    with progress_bars() as show:
        Study(n_jobs=options.jobs, progress=tell).prepare()
    effects.transposed([0.0, 1.0] * effects.SHORTEST, 1)  # compiled now, not at a learner's first sound
    if built:
        print("The music of every lesson is composed.", file=sys.stderr)
    print(f"All there, in {paths.data_dir()}.", flush=True)
    return 0


CURVES = {
    "figure3": "Accuracy by number of labelled songs",
    "figure3_plain": "The same with plain least squares, without a ridge",
}


def reproduce(options):
    """Print the paper's tables and Figure 3 beside the published ones."""
    from mirlab import paper, plots
    from mirlab.show.figures import save

    check_file("json", options.json)
    folder = options.pictures or paths.data_dir() / "results" / f"{options.scale}-{options.seed}"
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before the work, which would be wasted
    except OSError as error:
        raise MirlabError(
            f"{folder}: no pictures can be kept there ({error.strerror}); name another folder with --pictures"
        ) from error
    only = _names(options.only) or [*paper.EXPERIMENTS]
    features = _names(options.features) or paper.FEATURES
    with progress_bars() as show:
        study = paper.Study(options.scale, options.seed, options.root, options.jobs, show, features=features)
        report = paper.reproduce(study, only)
    with _figures(options.json, report):
        print(paper.as_text(report))
        drawn = {}
        for name, title in CURVES.items():
            if report.get(name):
                drawn[name] = plots.learning_curves(report[name], title=title)
        if "table3" in report:
            drawn["table3"] = plots.neighbour_table(report["table3"])
        if report.get("table4") or report.get("table5"):
            drawn["tables4and5"] = plots.accuracy_table(report)
        for name, figure in drawn.items():
            save(figure, folder / f"{name}.png")
        if drawn:
            print(f"\nPictures: {', '.join(f'{name}.png' for name in drawn)} in {folder}")
    return 0


@contextmanager
def _figures(file, report):
    """Write figures as JSON, if a file is given; with standard output, text goes to standard error."""
    from mirlab.paper import as_json

    text = as_json(report)
    if file is None or not _is_output(file):
        if file is not None:
            paths.write_atomically(file, text)
        yield
    else:
        sys.stdout.write(text)
        with redirect_stdout(sys.stderr):
            yield


def _is_output(file):
    try:
        return str(file) == "-" or os.path.samestat(os.stat(file), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):
        return False


def networks(options):
    """Say which pretrained networks are here; fetch, check or delete them."""
    from mirlab import networks as room

    if options.folder and options.action != "fetch":
        raise MirlabError(f"--folder says where fetch finds the file; {options.action} has no use for it")
    if options.action == "remove":
        print(f"Deleted: {', '.join(room.remove()) or 'nothing, there was none'}.")
        return 0
    if options.action == "fetch":
        with progress_bars() as show:
            room.fetch(folder=options.folder, progress=show)
    states = room.status()
    for state in states:
        facts = room.facts(state.name)
        size = f"{state.size / 1e6:.1f} MB" if state.size else state.state
        author = facts.author.partition(",")[0]
        print(f"{state.name:12s} {size:>8s}  {facts.licence}, {author}; learned from {facts.trained_on}")
    problems = [state.problem for state in states if state.problem]
    for problem in problems:
        print(f"Note: {problem}")
    return 1 if problems else 0


def beyond(options):
    """Answer by experiment the questions that the paper left open."""
    from mirlab import paper
    from mirlab.paper import open_questions

    check_file("json", options.json)
    known = open_questions.QUESTIONS
    names = _names(options.only) or [*known]
    if unknown := [name for name in names if name not in known]:
        raise MirlabError(f"there is no question {unknown[0]!r}; there are {', '.join(known)}")
    with progress_bars() as show:
        report = open_questions.run(paper.Study(n_jobs=options.jobs, progress=show), names)
    with _figures(options.json, report):
        print("Variant minus control over the four synthetic sets, ± half the 95 % interval.")
        for answer in report["questions"].values():
            print(f"\n{answer['question']}")
            for sentence in answer["verdict"]:
                print(textwrap.fill(sentence, 110, initial_indent="  ", subsequent_indent="  "))
    return 0


def _check_own_course():
    """Refuse to change a course that is shared by a class, before any work begins."""
    if not paths.writable(paths.COURSE):
        raise MirlabError(f"{paths.COURSE} cannot be written; run this in a clone of the course of your own")


def _say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def results(options):
    """Write the pages of results; make the kept figures again before, if that is asked for."""
    from mirlab import paper, plots
    from mirlab.paper import page, representations
    from mirlab.show.figures import save

    _check_own_course()
    if options.again:
        from mirlab import remaking

        names = _names(options.only) or [*remaking.KEPT]
        with progress_bars() as show:
            remaking.remake(paper.Study(n_jobs=options.jobs, progress=show), names, options.clips, say=_say)
    elif options.only or options.clips:
        raise MirlabError("--only and --clips say which figures --again makes; give --again too")
    reports = [paper.kept_report(seed) for seed in paper.SEEDS]
    networks, real = (
        [paper.kept(f"{name}-seed{seed}") for seed in paper.SEEDS] for name in ("networks", "real-clips")
    )
    paths.write_atomically(page.PAGE, page.as_markdown(reports, networks, paper.kept_answers(), real))
    paths.write_atomically(representations.PAGE, representations.as_markdown(reports, networks, real))
    images = page.PAGE.parent / "images"
    images.mkdir(exist_ok=True)
    for name, title in CURVES.items():
        rows = [row for row in paper.values(reports, name) if row["features"] in paper.FEATURES]
        save(plots.learning_curves(rows, title=title), images / f"{name}.png")
    print(f"Written: {page.PAGE}, {representations.PAGE}")
    return 0


def extract(options):
    """Extract features of one data set into the store."""
    from mirlab import datasets, extractors, store

    kinds = [extractors.named(name) for name in dict.fromkeys(_names(options.features) or ["base"])]
    found = {}
    with progress_bars() as show:
        data = datasets.load(options.name, root=options.root, scale=options.scale, progress=show)
        with _workers(options.dask, data):
            for kind in kinds:
                found[kind] = store.extract(data, extractor=kind, n_jobs=options.jobs, progress=show)
    for problem in dict.fromkeys(problem for features in found.values() for problem in features.problems):
        print(f"Note: {problem}")
    for kind, features in found.items():
        n = len(features.problems)
        rows = f"{len(features.frames)} {f'patches of {kind.name}' if kind.name else 'frames'}"
        print(f"{data.name}: {len(features)} excerpts, {rows}, {n} problem{'' if n == 1 else 's'}")
    return 0


def _names(option):
    """Return the names of an option such as ``--only table4,table5``."""
    return [name.strip() for name in option.split(",")] if option else []


def _workers(address, data):
    """Return a context in which other machines do the work, if an address is given."""
    if address is None:
        return nullcontext()
    from mirlab import cluster

    return cluster.connected(address, data, paths.data_dir() / "features")


def fetch(options):
    """Download a data set that its owners offer, and unpack it."""
    from mirlab import fetch as room

    with progress_bars() as show:
        folder = room.fetch(options.name, options.to, size=options.size, clips=options.clips, progress=show)
    print(f"{options.name} is in {folder}; {room.CARD} there says what may be done with the recordings.")
    print(_next(options.name, folder))
    return 0


def unpack(options):
    """Unpack the archive of a data set."""
    from mirlab import datasets
    from mirlab.datasets import archive

    with progress_bars() as show:
        folder = archive.unpack(options.archive, options.to, encoding=options.encoding, progress=show)
    print(f"Unpacked to {folder}")
    try:
        names = [*datasets.search(folder)[0]]
    except MirlabError:  # not the sound, maybe, but its tables
        names = ["NAME"]
    for name in names:
        print(_next(name, folder))
    return 0


def _next(name, folder):
    """Return the line that says how to look at what was unpacked."""
    quote = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return f"Next: {paths.command('validate')} {quote([name, '--root', str(folder)])}"


def validate(options):
    """Report what is wrong with a data set."""
    from mirlab import datasets
    from mirlab import validate as validation

    check_file("json", options.json)
    earlier = validation.read(options.against, name=options.name) if options.against else None
    with progress_bars() as show:
        listing = datasets.find(options.name, root=options.root, progress=show)
        report = validation.check(listing, earlier=earlier, n_jobs=options.jobs, progress=show)
    with _figures(options.json, report.as_dict()):
        print(validation.as_text(report, everything=options.all))
    return 1 if report.findings else 0


def site(options):
    """Build the course as static pages, and as a booklet."""
    from mirlab import site as pages

    if not (options.out or options.pdf):
        raise MirlabError(
            "name a folder for the pages with --out DIR, or a file for the booklet with --pdf FILE"
        )
    check_file("pdf", options.pdf)
    numbers, warnings = _names(options.lessons), []
    if options.out:
        built = pages.build(options.out, lessons=numbers)
        warnings += built.warnings
        print(f"{built.pages} pages; the first is {built.index}")
    if options.pdf:
        warnings += pages.print_pdf(options.pdf, lessons=numbers)
        print(f"The booklet is {options.pdf}")
    for warning in dict.fromkeys(warnings):
        print(f"Sphinx: {warning}", file=sys.stderr)
    return 0


def _sound_check():
    from mirlab import lab as jupyter
    from mirlab.doctor import sound_page

    page = sound_page.write()
    print(f"If no browser opens, open this page in the browser in which you open the lessons: {page}")
    jupyter.show(page.as_uri())
    return 0


def doctor(options):
    """Check whether this machine is ready for class; say for each failing check what to do."""
    from mirlab import doctor as checks

    if options.sound:
        return _sound_check()
    ready = True
    for name, fine, finding in checks.examine():
        ready &= fine
        print(f"{'OK  ' if fine else 'MEND'}  {name}: {finding}", flush=True)
    print("\nReady for class." if ready else "\nNot ready yet: see the lines that begin with MEND.")
    return 0 if ready else 1


def repository(options):
    """Say where the course is published; with a name or a tag, change that and all that follows from it."""
    from mirlab import repository as room

    if options.name or options.tag:
        _check_own_course()
    for file in room.publish(options.name, options.tag):
        print(f"Written: {file}")
    for place, link in room.links().items():
        print(f"{place:10s}  {link}")
    if room.address()["repository"] == room.NOWHERE:
        print(f"Not published yet: `{paths.command('repository')} OWNER/NAME` fills these links.")
    return 0
