"""The `mirlab` command: the only room that prints.

A mistake of the user's is one line on standard error and exit code 2, never a traceback.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import quote

import joblib
from tqdm import tqdm

from mirlab import __version__, paths
from mirlab.errors import MirlabError, printable

FIRST_LESSON = "00_start_here.ipynb"

QUIET_JUPYTER = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"autoStartDefaultKernel": True},
}
"""No question about news, no question about the kernel: the first thing a learner sees is the lesson."""


def main(arguments=None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        What follows ``mirlab``; `sys.argv` if not given.

    Returns
    -------
    int
        0 if all is well, 1 if `doctor` or `validate` found something to mend, 2 for a mistake of the user's.

    Examples
    --------
    >>> main(["reproduce", "--root", "no such folder"])
    2
    """
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows has not every letter of a file's name
        with suppress(AttributeError):  # whoever calls us may have put something else there
            stream.reconfigure(errors="backslashreplace")
    options = argparse.Namespace(when_stopped="what is finished is kept, the same command goes on from there")
    try:
        _parser().parse_args(arguments, options)
        code = options.run(options) or 0
        sys.stdout.flush()
        return code
    except MirlabError as error:
        return _told(error)
    except KeyboardInterrupt:
        print(f"\nmirlab: stopped; {options.when_stopped}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # piped into head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # no space, no permission
        return _told(f"{error.filename}: {error.strerror}" if error.filename else error)


def _told(mistake):
    print(f"mirlab: {printable(str(mistake))}", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    """Tells a wrong command line as every other mistake is told, in one line."""

    def error(self, message):
        raise MirlabError(f"{message} (see {self.prog} --help)")


def _parser():
    parser = _Parser(prog="mirlab", description="A course on transfer learning in music.")
    parser.add_argument("--version", action="version", version=f"mirlab {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="build what is missing, open JupyterLab on the first lesson")
    lab.add_argument("--build-only", action="store_true", help="build, and open nothing")
    lab.add_argument("--no-browser", action="store_true", help="start JupyterLab, and print its address")
    _jobs(lab)
    lab.set_defaults(run=_lab)

    reproduce = commands.add_parser(
        "reproduce", help="the paper's tables and Figure 3, beside the published ones"
    )
    reproduce.add_argument(
        "--scale", choices=("lesson", "paper"), default="lesson", help="size of the corpus"
    )
    reproduce.add_argument("--root", type=Path, metavar="DIR", help="folder with real data sets")
    reproduce.add_argument("--only", metavar="table3,table4,table5,figure3", help="some experiments only")
    reproduce.add_argument("--seed", type=_seed, default=0, metavar="N", help="of training, folds and draws")
    reproduce.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    reproduce.add_argument("--pictures", type=Path, metavar="DIR", help="folder for the pictures")
    _jobs(reproduce)
    reproduce.set_defaults(run=_reproduce)

    beyond = commands.add_parser("beyond", help="experiments on the four questions that the paper left open")
    beyond.add_argument("--only", metavar="bound,blocks,nonlinear,classifier", help="some questions only")
    beyond.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    _jobs(beyond)
    beyond.set_defaults(run=_beyond)

    results = commands.add_parser("results", help="write docs/results.md from the figures in data/results")
    results.set_defaults(run=_results)

    extract = commands.add_parser("extract", help="features of one data set into the store")
    extract.add_argument("name", metavar="NAME", help="such as gtzan, folder, gtzan-synth")
    extract.add_argument("--root", type=Path, metavar="DIR", help="folder of a real data set")
    extract.add_argument("--scale", choices=("lesson", "paper"), default="lesson")
    workers = extract.add_mutually_exclusive_group()
    _jobs(workers)
    workers.add_argument("--dask", metavar="HOST:PORT", help="a Dask cluster's scheduler: see docs/scale.md")
    extract.set_defaults(run=_extract)

    unpack = commands.add_parser("unpack", help="an archive of a data set, with care")
    unpack.add_argument("archive", type=Path, metavar="ARCHIVE", help="tar or zip, whole or in parts")
    unpack.add_argument("--to", type=Path, metavar="DIR", help="a new folder; beside it if not given")
    unpack.set_defaults(run=_unpack, when_stopped="nothing was unpacked")

    validate = commands.add_parser(
        "validate", help="what is missing, damaged, silent or there twice in a set"
    )
    validate.add_argument("name", metavar="NAME", help="such as gtzan, homburg, folder")
    validate.add_argument("--root", type=Path, metavar="DIR", help="its folder")
    validate.add_argument("--json", type=Path, metavar="FILE", help="write the report there too")
    validate.add_argument("--against", type=Path, metavar="FILE", help="what is new since that report?")
    validate.add_argument("--all", action="store_true", help="every finding, not only some of each kind")
    _jobs(validate)
    validate.set_defaults(run=_validate, when_stopped="no report was made")

    doctor = commands.add_parser("doctor", help="is this machine ready for class?")
    doctor.set_defaults(run=_doctor)

    progress = commands.add_parser("progress", help="what have I solved?")
    progress.set_defaults(run=_progress)
    return parser


def _jobs(parser):
    # Up to four of them, since each may take 400 MB; joblib knows how many cores a container was given.
    parser.add_argument(
        "--jobs",
        type=_count,
        default=min(4, joblib.cpu_count()),
        metavar="N",
        help="processes at a time (%(default)s if not given)",
    )


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 or more")
    return int(text)


def _seed(text):
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 0 to {2**32 - 1}")
    return int(text)


@contextmanager
def _progress_bars():
    """Give a ``progress(done, total, what)`` that draws a bar for each piece of work, one after the other."""
    bar, current = None, None

    def show(done, total, what):
        nonlocal bar, current
        if bar is None or what != current or done < bar.n:  # the same kind of work may come again
            if bar is not None:
                bar.close()
            bar = tqdm(total=total, desc=what, unit="", file=sys.stderr, dynamic_ncols=True)
            current = what
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


# --- commands ---------------------------------------------------------------------------------------


def _lab(options):
    from mirlab.paper import Study

    notebook = paths.COURSE / "notebooks" / FIRST_LESSON
    if not notebook.is_file():
        raise MirlabError(
            f"{notebook} is missing: install mirlab from a clone of the course (pip install -e .)"
        )
    print("Preparing the course. The first time, this machine composes and sounds the music.", flush=True)
    with _progress_bars() as progress:
        Study(n_jobs=options.jobs, progress=progress).prepare()
    print(f"All there, in {paths.data_dir()}.", flush=True)
    if options.build_only:
        return 0
    command = jupyter_command(notebook, browser=not options.no_browser)
    process = subprocess.Popen(command, env=jupyter_environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Jupyter got it too, and asks whether to stop
            continue


def jupyter_command(notebook, *, browser=True, port=None) -> list[str]:
    """Return the command that opens JupyterLab on a notebook: on this machine only.

    Jupyter makes a token of its own at each start and prints the address with it; one that is given on the
    command line is not printed, and can be read by everybody on the machine.

    Parameters
    ----------
    notebook : pathlib.Path
        What to open, in the folder of the course.
    browser : bool
        Whether to open a browser too.
    port : int, optional
        A fixed port; otherwise a free one from 8888 up.

    Returns
    -------
    list of str
        For `subprocess`.

    Examples
    --------
    >>> command = jupyter_command(paths.COURSE / "notebooks" / FIRST_LESSON, browser=False)
    >>> "--ServerApp.ip=127.0.0.1" in command
    True
    """
    return [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={paths.COURSE}",
        f"--LabApp.default_url=/lab/tree/{quote(notebook.relative_to(paths.COURSE).as_posix())}",
        "--ServerApp.allow_root=True",  # in a container there is often nobody else
        "--LabApp.extension_manager=readonly",
        *([] if browser else ["--no-browser"]),
        *([] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]),
    ]


def jupyter_environment() -> dict[str, str]:
    """Return the environment for JupyterLab: settings of its own, unless the user has chosen some.

    Returns
    -------
    dict of str to str
        For `subprocess`; the settings files are written if they are not there.

    Examples
    --------
    >>> "JUPYTERLAB_SETTINGS_DIR" in jupyter_environment()
    True
    """
    environment = dict(os.environ)
    if "JUPYTERLAB_SETTINGS_DIR" not in environment:
        folder = paths.data_dir() / "jupyter-settings"
        for name, settings in QUIET_JUPYTER.items():
            if not (folder / name).is_file():
                paths.write_atomically(folder / name, json.dumps(settings, indent=2))
        environment["JUPYTERLAB_SETTINGS_DIR"] = str(folder)
    return environment


def _reproduce(options):
    from mirlab import paper, plots

    _check_json(options.json)
    folder = options.pictures or paths.data_dir() / "results" / f"{options.scale}-{options.seed}"
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before the work, lest it be in vain
    except OSError as error:
        raise MirlabError(
            f"{folder}: no pictures can be kept there ({error.strerror}); name another folder with --pictures"
        ) from error
    only = options.only.split(",") if options.only else paper.EXPERIMENTS
    with _progress_bars() as progress:
        study = paper.Study(options.scale, options.seed, options.root, options.jobs, progress)
        report = paper.reproduce(study, [name.strip() for name in only])
    print(as_text(report))
    _write_json(options.json, report)
    drawn = {}
    if report.get("figure3"):
        drawn["figure3"] = plots.learning_curves(report["figure3"])
    if "table3" in report:
        drawn["table3"] = plots.neighbour_table(report["table3"])
    if report.get("table4") or report.get("table5"):
        drawn["tables4and5"] = plots.accuracy_table(report)
    for name, figure in drawn.items():
        figure.savefig(folder / f"{name}.png", dpi=130)
    if drawn:
        print(f"\nPictures: {', '.join(f'{name}.png' for name in drawn)} in {folder}")
    return 0


def _check_json(file):
    """Refuse a place for figures before the work, lest it be in vain."""
    if file is not None and not file.parent.is_dir():
        raise MirlabError(f"--json {file}: there is no folder {file.parent}; make it first")
    if file is not None and file.is_dir():
        raise MirlabError(f"--json {file}: is a folder; name a file in it, such as {file / 'results.json'}")


def _write_json(file, report):
    if file is not None:
        paths.write_atomically(file, json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def _beyond(options):
    from mirlab import beyond, paper

    _check_json(options.json)
    names = [name.strip() for name in options.only.split(",")] if options.only else [*beyond.QUESTIONS]
    if unknown := [name for name in names if name not in beyond.QUESTIONS]:
        raise MirlabError(f"there is no question {unknown[0]!r}; there are {', '.join(beyond.QUESTIONS)}")
    with _progress_bars() as progress:
        report = beyond.run(paper.Study(n_jobs=options.jobs, progress=progress), names)
    print("Variant minus control over the four synthetic sets, ± standard error.")
    for found in report["questions"].values():
        print(f"\n{found['question']}")
        for sentence in found["verdict"]:
            print(_paragraph(sentence))
    _write_json(options.json, report)
    return 0


def _results(options):
    from mirlab import paper, results

    reports = [paper.kept_report(seed) for seed in results.SEEDS]
    paths.write_atomically(results.PAGE, results.as_markdown(reports, results.kept_answers()))
    print(f"Written: {results.PAGE}")
    return 0


def as_text(report) -> str:
    """Return a report as text: our figures, the published ones beside them, a sentence each.

    Parameters
    ----------
    report : dict
        From `mirlab.paper.reproduce`.

    Returns
    -------
    str
        Several lines.

    Examples
    --------
    >>> print(as_text({"scale": "lesson", "seed": 0, "seconds": {}, "peak_memory_mb": 1, "findings": {},
    ...                "missing": [], "problems": []}))
    Scale lesson, seed 0. All data sets named -synth are synthetic; the paper's are real.
    <BLANKLINE>
    0 s of work, at most 1 MB of memory.
    """
    from mirlab.paper import FEATURES, PER_CLASS, published

    lines = [
        f"Scale {report['scale']}, seed {report['seed']}. All data sets named -synth are synthetic; "
        "the paper's are real."
    ]
    for problem in report["problems"]:
        lines.append(f"Note: {problem}")
    if report["missing"]:
        lines.append(f"Real data sets not found: {', '.join(report['missing'])}.")
    for target, sources in report.get("sources", {}).items():
        if not target.endswith("-synth"):
            learned = "; ".join(f"{kind} embedding: {', '.join(names)}" for kind, names in sources.items())
            lines.append(f"What {target} was given was learned on: {learned}.")
    if "table3" in report:
        lines += ["", "Table 3. Nearest labels in the joint embedding (L1); below each, the paper's."]
        for row in report["table3"][:6]:
            lines.append(f"  {row['seed']}: {', '.join(row['neighbours'])}")
            theirs = published()["table3"].get(row["seed"].replace("-synth", ""))
            if theirs:
                lines.append(f"    paper: {', '.join(theirs)}")
        lines.append(_paragraph(report["findings"]["table3"]))
    titles = {
        "table4": "Table 4. Accuracy, all training songs, ten folds",
        "table5": "Table 5. Precision at 10, L1",
    }
    for name, title in titles.items():
        if name in report:
            lines += ["", f"{title} (ours ± standard error; the paper's in brackets)."]
            if report[name]:
                lines.append(f"  {'':20s}" + "".join(f"{features:>24s}" for features in FEATURES))
            for target in dict.fromkeys(row["dataset"] for row in report[name]):
                cells = {row["features"]: row for row in report[name] if row["dataset"] == target}
                theirs = published()[name].get(target.removesuffix("-synth"), {})
                line = f"  {target:20s}"
                for features in FEATURES:
                    cell, known = cells.get(features), theirs.get(features)
                    text = f"{cell['value']:.3f} ± {cell['standard_error']:.3f}" if cell else "-"
                    known = known[0] if isinstance(known, list) else known
                    line += f"{text + (f' ({known:.3f})' if known is not None else ''):>24s}"
                lines.append(line)
            lines.append(_paragraph(report["findings"][name]))
    if report.get("splits"):
        lines += ["", "The same accuracy where less can leak: no artist on both sides, or a published split."]
        lines.append(f"  {'':36s}" + "".join(f"{features:>18s}" for features in FEATURES))
        for target, split in dict.fromkeys((row["dataset"], row["split"]) for row in report["splits"]):
            mine = [r for r in report["splits"] if (r["dataset"], r["split"]) == (target, split)]
            cells = "".join(f"{r['value']:>10.3f} ± {r['standard_error']:.3f}" for r in mine)
            lines.append(f"  {target:20s}{split:16s}{cells}")
    if "figure3" in report:
        lines += ["", "Figure 3. Accuracy by number of training songs a label (the paper prints no numbers)."]
        if report["figure3"]:
            lines.append(f"  {'':28s}" + "".join(f"{k:>16d}" for k in PER_CLASS))
        seen = dict.fromkeys((row["dataset"], row["features"]) for row in report["figure3"])
        for target, features in seen:
            mine = [r for r in report["figure3"] if (r["dataset"], r["features"]) == (target, features)]
            cells = "".join(f"{r['value']:>8.3f} ± {r['standard_error']:.3f}" for r in mine)
            lines.append(f"  {target:20s} {features:7s}{cells}")
        lines.append(_paragraph(report["findings"]["figure3"]))
    lines += _compared(report.get("comparable", {}))
    seconds = sum(report["seconds"].values())
    lines += ["", f"{seconds:.0f} s of work, at most {report['peak_memory_mb']} MB of memory."]
    return "\n".join(lines)


def _compared(comparable):
    """Say of real sets which figures may be held against the paper's."""
    if all(target == "joint" or target.endswith("-synth") for target in comparable):
        return []  # the first line has said it
    reasons = {}
    for target, kinds in comparable.items():
        for kind, reason in kinds.items():
            reasons.setdefault(reason, []).append("Table 3" if target == "joint" else f"{target} {kind}")
    lines = ["", "Which of these may be held against the paper's figures?"]
    for reason, told in sorted(reasons.items()):
        answer = f"no, {reason}" if reason else "yes, as far as the paper says how it was done"
        lines.append(_paragraph(f"{', '.join(told)}: {answer}."))
    return lines


def _paragraph(text):
    return textwrap.fill(text, 110, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def _extract(options):
    from mirlab import datasets, store

    with _progress_bars() as progress:
        data = datasets.load(options.name, root=options.root, scale=options.scale, progress=progress)
        with _workers(options.dask, data):
            features = store.extract(data, n_jobs=options.jobs, progress=progress)
    for problem in features.problems:
        print(f"Note: {problem}")
    n = len(features.problems)
    told = f"{n} problem{'' if n == 1 else 's'}"
    print(f"{data.name}: {len(features)} excerpts, {len(features.frames)} frames, {told}")
    return 0


def _workers(address, data):
    """Return a context in which joblib's work is done by other machines, if an address is given."""
    if address is None:
        return nullcontext()
    from mirlab import cluster

    return cluster.connected(address, data, paths.data_dir() / "features")


def _unpack(options):
    from mirlab import datasets
    from mirlab.datasets import archive

    with _progress_bars() as progress:
        folder = archive.unpack(options.archive, options.to, progress=progress)
    print(f"Unpacked to {folder}")
    try:
        names = [*datasets.search(folder)[0]]
    except MirlabError:  # not the sound, maybe, but its tables
        names = ["NAME"]
    for name in names:
        print(f"Next: mirlab validate {name} --root {shlex.quote(str(folder))}")
    return 0


def _validate(options):
    from mirlab import datasets, validate

    _check_json(options.json)
    listing = datasets.find(options.name, root=options.root)
    earlier = validate.read(options.against, name=options.name) if options.against else None
    with _progress_bars() as progress:
        report = validate.check(listing, earlier=earlier, n_jobs=options.jobs, progress=progress)
    _write_json(options.json, report.as_dict())
    print(validate.as_text(report, everything=options.all))
    return 1 if report.findings else 0


def _doctor(options):
    """Check what a class needs; say for each failing check what to do."""
    sound = True
    for name, check in DOCTOR.items():
        try:
            fine, told = True, check()
        except MirlabError as error:
            fine, told = False, str(error)
        except Exception as error:  # whatever is broken here, the other checks go on
            fine, told = False, f"{type(error).__name__}: {error}; set the course up again (course.py)"
        sound &= fine
        print(f"{'OK  ' if fine else 'MEND'}  {name}: {told}", flush=True)
    print("\nReady for class." if sound else "\nNot ready yet: see the lines that begin with MEND.")
    return 0 if sound else 1


def _check_python():
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise MirlabError(f"this is Python {platform.python_version()}; install 3.11, 3.12 or 3.13")
    return f"{platform.python_version()}, {platform.system()} {platform.machine()}"


def _check_memory():
    import psutil

    free = psutil.virtual_memory().available / 2**30
    if free < 1:
        raise MirlabError(f"{free:.1f} GB free; close other programs until there is 1 GB")
    return f"{free:.1f} GB free"


def _check_disk():
    folder = paths.data_dir()
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        free = shutil.disk_usage(there).free / 2**30
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise MirlabError(
            f"{there} cannot be written ({error.strerror}); set MIRLAB_DATA to a folder of yours"
        ) from error
    if free < 1 and not _built():
        raise MirlabError(
            f"{free:.1f} GB free at {there}; the course builds 0.7 GB: make room, or set MIRLAB_DATA"
        )
    return f"{free:.0f} GB free at {there}, and it can be written"


def _check_compiler():
    import numpy as np

    from mirlab.warp import WarpEmbedding

    X = np.random.default_rng(0).normal(size=(50, 3))
    WarpEmbedding(n_components=2, n_epochs=1, random_state=0).fit(X, X[:, 0] > 0)
    return "WARP compiles and trains"


def _check_sound():
    import numpy as np

    from mirlab import audio, corpus, features
    from mirlab.lessons import play

    y = corpus.plan("gtzan")[0].audio()
    size = len(play(y, "a test")._repr_html_())
    with tempfile.TemporaryDirectory() as folder:
        import soundfile

        file = Path(folder, "test.flac")
        soundfile.write(file, y, audio.SAMPLE_RATE)
        same = np.abs(audio.load(file) - y).max() < 1e-3
    if not same:
        raise MirlabError("a sound written and read again is another; reinstall soundfile")
    return f"composed, encoded ({size // 1000} kB), decoded, {len(features.log_mel(y))} frames"


def _check_notebooks():
    found = sorted((paths.COURSE / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise MirlabError(f"none in {paths.COURSE / 'notebooks'}; install mirlab from a clone of the course")
    return f"{len(found)} lessons"


def _check_localhost():
    import socket

    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        raise MirlabError(
            f"this machine cannot reach itself at 127.0.0.1 ({error.strerror or error}); ask whoever looks "
            "after its firewall to allow that"
        ) from error
    return "a local server can be started"


class _Unbuilt(Exception):
    pass


def _built():
    """Whether nothing is left to build: the first work that is announced is refused."""
    from mirlab.paper import Study

    def refuse(done, total, what):
        raise _Unbuilt

    try:
        Study(progress=refuse).prepare()
    except _Unbuilt:
        return False
    return True


def _check_corpus():
    if not _built():
        raise MirlabError("not built yet; run `mirlab lab --build-only` (a minute or two, no network needed)")
    return f"built, in {paths.data_dir()}"


DOCTOR = {
    "Python": _check_python,
    "memory": _check_memory,
    "disk": _check_disk,
    "notebooks": _check_notebooks,
    "compiler": _check_compiler,
    "sound": _check_sound,
    "server": _check_localhost,
    "corpus": _check_corpus,
}
"""What `mirlab doctor` looks at: a function that says what it found, or raises with what to do."""


def _progress(options):
    from mirlab import lessons

    print(lessons.progress.summary(lessons.course()).to_string(index=False))
    if lessons.progress.file() is None:
        print("MIRLAB_PROGRESS is off: what is solved is not kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
