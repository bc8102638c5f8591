"""The course as static pages: lessons, glossary, references, documents and the API reference, built offline.

The pages need no server and no other machine: fonts, scripts and formulas are local, sounds and pictures are
those that the notebooks hold, and a quiz is answered by a script of the page. Nothing is run to make them.

Modules: `staging` (the sources of the pages, in a temporary folder), `quiz_pages`, `reference` (the API
pages), `building` (Sphinx) with `extension` (what we add to it), `booklet` (the same as one PDF).
"""

from mirlab.site.booklet import print_pdf
from mirlab.site.building import Built, build

__all__ = ["Built", "build", "print_pdf"]
