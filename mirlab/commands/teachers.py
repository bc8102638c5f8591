"""The commands for teachers: the pack and the stick."""

import sys

from mirlab.commands import build, progress_bars
from mirlab.errors import MirlabError, NetworkError


def teach(options):
    """Write what a teacher needs: the pack, the stick, or both."""
    if not (options.out or options.stick):
        raise MirlabError("name a folder for the pack with --out DIR, or for the stick with --stick DIR")
    if not options.stick and (options.platform or options.python):
        raise MirlabError("--platform and --python are for a stick; name its folder with --stick DIR")
    targets = _targets(options)
    if options.out:
        from mirlab.teach import pack

        with progress_bars() as show:
            files = pack.write(options.out, progress=show)
        print(f"Written: {len(files)} files. Begin with {files[0]}")
    if options.stick:
        _stick(options, targets)
    return 0


def _targets(options):
    """Return the computers that a stick is for, before any work begins."""
    from mirlab.teach import wheels

    here = wheels.this()
    platforms, pythons = options.platform or [here.platform], options.python or [here.python]
    targets = [wheels.Target(platform, python) for platform in platforms for python in pythons]
    if unknown := [one for one in targets if not one.is_known]:
        raise MirlabError(
            f"no packages can be chosen for {unknown[0].platform} with Python {unknown[0].python}; "
            f"there are {', '.join(wheels.PLATFORMS)}, with Python {', '.join(wheels.PYTHONS)}"
        )
    return targets


def _stick(options, targets):
    from mirlab import networks
    from mirlab.paper import Study
    from mirlab.teach import stick

    build(options)
    try:
        with progress_bars() as show:
            networks.fetch(progress=show)
    except NetworkError as error:
        print(f"Note: the stick is made without pretrained networks: {error}", file=sys.stderr)
    study = Study()
    names = {*study.targets, *study.sources("tag")}
    built = [f"features/{name}/{study.stored(name).key}" for name in sorted(names)]
    with progress_bars() as show:
        size = stick.make(
            options.stick,
            targets,
            [*built, "embeddings", "tags", "networks"],
            progress=show,
            say=lambda sentence: print(f"Note: {sentence}", file=sys.stderr),
        )
    computers = ", ".join(f"{one.platform} with Python {one.python}" for one in targets)
    print(f"The stick is made: {size / 1e9:.2f} GB, for {computers}. On a laptop: python3 start.py")
