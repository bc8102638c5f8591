"""The commands for teachers: the pack and the stick."""

from mirlab.commands import progress_bars


def teach(options):
    """Write what a teacher needs: the pack."""
    from mirlab.teach import pack

    with progress_bars() as show:
        files = pack.write(options.out, progress=show)
    print(f"Written: {len(files)} files. Begin with {files[0]}")
    return 0
