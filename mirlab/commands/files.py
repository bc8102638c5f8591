"""Files that a command is going to write."""

from mirlab.errors import MirlabError

ENDINGS = {
    "json": ".json",
    "csv": ".csv",
    "pdf": ".pdf",
    "picture": ".png",
    "export": ".json",
    "certificate": ".html",
}


def check_file(option, file):
    """Refuse a file that cannot be written, before the work begins."""
    if file is not None and not file.parent.is_dir():
        raise MirlabError(f"--{option} {file}: there is no folder {file.parent}; make it first")
    if file is not None and file.is_dir():
        raise MirlabError(
            f"--{option} {file}: is a folder; name a file in it, such as {file / 'results'}{ENDINGS[option]}"
        )
