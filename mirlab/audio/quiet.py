"""Keep the decoder of MP3s, libmpg123, from writing to the screen."""

import os
import threading


class _Quiet:
    """Discard what C code writes to the error stream.

    libmpg123 comments on damaged files there, and libsndfile offers no way to stop it. The stream belongs to
    the whole process: the first thread that enters redirects it, and the last thread that leaves restores it.
    Whatever other code writes there meanwhile is lost, so use this only around calls of the decoder.
    """

    def __init__(self):
        self.lock, self.inside, self.kept = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            self.inside += 1
            if self.inside > 1:
                return
            try:
                self.kept = os.dup(2)
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), 2)
            except OSError:  # there is no such stream, as in some Windows programs
                pass

    def __exit__(self, *error):
        with self.lock:
            self.inside -= 1
            if self.inside == 0 and self.kept is not None:
                os.dup2(self.kept, 2)
                os.close(self.kept)
                self.kept = None


QUIET = _Quiet()
"""Of the whole process: ``with QUIET: ...``."""
