"""Run the `mirlab` command: its options, its exit codes, and one line for every mistake.

A mistake of the user is one line on standard error and exit code 2, never a traceback.
"""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from mirlab import __version__, commands, paths, work
from mirlab.commands import learners, teachers
from mirlab.errors import MirlabError, printable

SCALES = ("lesson", "paper")
HINTS = {
    "needs root": "--root DIR",
    "name the one that holds the data sets": "--root DIR",
    "no data set was found": "--root DIR",
    "needs a folder to put it in": "--to DIR",
    "fetch the whole set instead": "without --clips",
    "use fewer processes": "--jobs N",
}
"""Words of messages, and the option of the command line that they are about."""


def main(arguments=None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        What follows ``mirlab``; `sys.argv` if not given.

    Returns
    -------
    int
        0 if all is well, 1 if `doctor` or `validate` found a problem, 2 for a mistake of the user, or 128
        plus the number of the signal that ended the command.

    Examples
    --------
    >>> main(["reproduce", "--root", "no such folder"])
    2
    """
    _open_streams()
    options = argparse.Namespace(kept="finished work is kept, and the same command continues")
    try:
        with work.stopping():
            _parser().parse_args(arguments, options)
            code = options.run(options) or 0
            sys.stdout.flush()
            return code
    except MirlabError as error:
        return _fail(_with_options(str(error)))
    except (KeyboardInterrupt, work.Stopped) as stop:
        print(f"\nmirlab: stopped; {options.kept}", file=sys.stderr)
        return 130 if isinstance(stop, KeyboardInterrupt) else stop.code
    except BrokenPipeError:  # piped into head
        _give_up_output()
        return 0
    except MemoryError:
        return _fail(f"memory ran out; {options.kept}; close other programs, or use fewer --jobs")
    except OSError as error:  # no space, no permission
        _give_up_output()
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or error)


def _open_streams():
    """Give this process standard streams, even if its caller has closed them."""
    with suppress(OSError):
        while (
            number := os.open(os.devnull, os.O_RDWR)
        ) <= 2:  # else a file of ours would get the number of a stream
            pass
        os.close(number)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows cannot take every letter of a file's name
        with suppress(AttributeError):  # our caller may have put something else there
            stream.reconfigure(errors="backslashreplace")


def _give_up_output():
    """Drop what could not be written, so that Python does not try again at the end."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(mistake):
    with suppress(OSError):
        print(f"mirlab: {printable(str(mistake))}", file=sys.stderr)
    return 2


def _with_options(sentence):
    """Name the command-line option in a message; lower modules know only the parameters of functions."""
    for words, option in HINTS.items():
        sentence = sentence.replace(words, f"{words} ({option})", 1)
    return sentence


class _Parser(argparse.ArgumentParser):
    """Report a wrong command line in one line, like every other mistake."""

    def error(self, message):
        raise MirlabError(f"{message} (see {paths.command(self.prog.partition(' ')[2])} --help)")


def _parser():
    parser = _Parser(prog="mirlab", description="A course on transfer learning in music.")
    parser.add_argument("--version", action="version", version=f"mirlab {__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name, run, help, **defaults):
        made = subparsers.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        made.set_defaults(run=run, **defaults)
        return made

    lab = command("lab", commands.lab, "build what is missing and open JupyterLab on your next lesson")
    lab.add_argument("--lesson", metavar="NN", help="open this lesson (default: the next unfinished one)")
    lab.add_argument("--build-only", action="store_true", help="build, but do not open JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="start JupyterLab and print its address")
    lab.add_argument(
        "--port", type=_port, metavar="N", help="port of the server (default: the first free one)"
    )
    lab.add_argument("--follow", action="store_true", help=argparse.SUPPRESS)  # end when standard input ends
    _jobs(lab)

    reproduce = command(
        "reproduce", commands.reproduce, "compute the paper's tables and Figure 3 on our data"
    )
    reproduce.add_argument(
        "--scale", choices=SCALES, default="lesson", help="size of the synthetic sets (default: lesson)"
    )
    reproduce.add_argument(
        "--root", type=Path, metavar="DIR", help="folder with real data sets (default: the synthetic sets)"
    )
    reproduce.add_argument(
        "--only",
        metavar="table3,table4,...",
        help="only these of table3, table4, table5, figure3, figure3_plain, tags, table5_cosine",
    )
    reproduce.add_argument(
        "--features",
        metavar="base,genre,tag",
        help="kinds of features (default: these three); also mfcc, whitened, random, rotation, "
        "and networks such as msd_vgg",
    )
    reproduce.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="seed of training, folds and draws (default: 0)"
    )
    reproduce.add_argument(
        "--pictures", type=Path, metavar="DIR", help="folder for the pictures of tables and figures"
    )
    _json(reproduce)
    _jobs(reproduce)
    reproduce.set_defaults(kept="finished features and embeddings are kept; experiments start again")

    beyond = command(
        "beyond", commands.beyond, "run experiments on the questions that the paper left open (hours)"
    )
    beyond.add_argument(
        "--only",
        metavar="bound,blocks,...",
        help="only these of bound, blocks, nonlinear, classifier, peak, sources, larger, distance",
    )
    _json(beyond)
    _jobs(beyond)

    results = command(
        "results", commands.results, "write docs/results.md and docs/representations.md from data/results"
    )
    results.add_argument(
        "--again",
        action="store_true",
        help="first compute every file of data/results again that is out of date (hours)",
    )
    results.add_argument(
        "--only",
        metavar="beyond,listening,...",
        help="with --again: only these files of data/results, named without .json",
    )
    results.add_argument(
        "--clips", type=Path, metavar="DIR", help="with --again: the folder of the real clips"
    )
    _jobs(results)
    results.set_defaults(kept="finished files and measurements are kept; the same command goes on")

    extract = command("extract", commands.extract, "compute the features of one data set and keep them")
    extract.add_argument("name", metavar="NAME", help="such as gtzan, folder, gtzan-synth")
    extract.add_argument("--root", type=Path, metavar="DIR", help="folder of a real data set")
    extract.add_argument(
        "--scale", choices=SCALES, default="lesson", help="size of a synthetic set (default: lesson)"
    )
    extract.add_argument(
        "--features",
        metavar="base,msd_vgg,...",
        help="base (log-mel frames, the default) and names of networks",
    )
    workers = extract.add_mutually_exclusive_group()
    _jobs(workers)
    workers.add_argument("--dask", metavar="HOST:PORT", help="scheduler of a Dask cluster: see docs/scale.md")

    fetch = command("fetch", commands.fetch, "download a data set that its owners offer, and unpack it")
    fetch.add_argument(
        "name", metavar="NAME", help="fma or magnatagatune; for other sets, prints whom to ask"
    )
    fetch.add_argument("--to", type=Path, metavar="DIR", help="the folder that holds the data sets")
    fetch.add_argument("--size", metavar="SIZE", help="size of fma: small (default), medium, large, full")
    fetch.add_argument(
        "--clips", type=_count, metavar="N", help="fetch only N clips per genre of fma, not the whole archive"
    )

    unpack = command("unpack", commands.unpack, "unpack the archive of a data set safely")
    unpack.add_argument("archive", type=Path, metavar="ARCHIVE", help="tar or zip, whole or in parts")
    unpack.add_argument("--to", type=Path, metavar="DIR", help="a new folder (default: next to the archive)")
    unpack.add_argument(
        "--encoding", metavar="NAME", help="encoding of names that do not state one, such as cp1252"
    )

    validate = command(
        "validate", commands.validate, "report what is missing, damaged, silent or duplicated in a set"
    )
    validate.add_argument("name", metavar="NAME", help="such as gtzan, homburg, folder")
    validate.add_argument("--root", type=Path, metavar="DIR", help="folder of the set")
    validate.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="report only what is new since this earlier report (of --json)",
    )
    validate.add_argument("--all", action="store_true", help="list every finding, not only some of each kind")
    _json(validate)
    _jobs(validate)

    networks = command(
        "networks", commands.networks, "download the pretrained networks that are missing, and list them all"
    )
    actions = ("fetch", "list", "verify", "remove")
    networks.add_argument(
        "action", nargs="?", choices=actions, default="fetch", help="what to do (default: fetch)"
    )
    networks.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="folder with the file of musicnn (.whl), to fetch without internet",
    )

    repository = command(
        "repository", commands.repository, "say where the course is published, or change it and every link"
    )
    repository.add_argument("name", nargs="?", metavar="OWNER/NAME", help="the public repository")
    repository.add_argument("--tag", metavar="TAG", help="the branch or tag that learners get, such as v1.0")

    site = command("site", commands.site, "build the course as static pages, or as one PDF")
    site.add_argument("--out", type=Path, metavar="DIR", help="a new folder for the pages")
    site.add_argument("--pdf", type=Path, metavar="FILE", help="also, or only, print the course to this file")
    site.add_argument("--lessons", metavar="00,05,...", help="only these lessons")

    teach = command("teach", teachers.teach, "write guides, plans, slides, handouts and solved notebooks")
    teach.add_argument("--out", type=Path, metavar="DIR", help="a new folder for the pack")
    teach.add_argument(
        "--stick", type=Path, metavar="DIR", help="a new folder that sets up the course without internet"
    )
    teach.add_argument(
        "--platform",
        action="append",
        metavar="NAME",
        help="a kind of computer for the stick, such as windows-x86_64 (default: this one); can be repeated",
    )
    teach.add_argument(
        "--python", action="append", metavar="X.Y", help="a Python for the stick (default: this one)"
    )
    _jobs(teach)

    doctor = command("doctor", commands.doctor, "check whether this machine is ready for class")
    doctor.add_argument("--sound", action="store_true", help="open a page that helps if you hear nothing")
    progress = command("progress", learners.progress, "show what you have solved")
    progress.add_argument("--next", action="store_true", help=argparse.SUPPRESS)  # for `mirlab lab`
    progress.add_argument("--picture", type=Path, metavar="FILE", help="also draw it, as a PNG file")
    progress.add_argument(
        "--export", type=Path, metavar="FILE", help="write the file for your teacher (.json)"
    )
    progress.add_argument("--certificate", type=Path, metavar="FILE", help="write a page to print (.html)")
    progress.add_argument(
        "--name",
        default="",
        metavar="NAME",
        help="with --export or --certificate: what you want to be called",
    )
    progress.add_argument(
        "--times",
        action="store_true",
        help="with --export: also say when you solved what (default: no times)",
    )

    classroom = command("class", learners.classroom, "show where the learners of a class are stuck")
    classroom.add_argument(
        "folder", type=Path, metavar="FOLDER", help="folder with the files of the learners"
    )
    classroom.add_argument("--csv", type=Path, metavar="FILE", help="also write everything for a spreadsheet")
    classroom.add_argument("--pictures", type=Path, metavar="DIR", help="also draw each lesson")
    return parser


def _jobs(parser):
    import joblib

    cores = joblib.cpu_count()  # it knows how many a container was given
    parser.add_argument(
        "--jobs",
        type=_count,
        default=min(4, cores),  # each process may take 400 MB
        metavar="N",
        help="number of processes (default: %(default)s)",
    )


def _json(parser):
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="also write the figures to this file; - means standard output",
    )


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 or more")
    return int(text)


def _port(text):
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port, a whole number from 1 to 65535")
    return int(text)


def _seed(text):
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 0 to {2**32 - 1}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
