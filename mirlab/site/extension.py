"""What our pages add to Sphinx: formulas, the choice of methods, a mended menu."""

import re

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

CAPTION = '<p class="caption" role="heading"'


def setup(app) -> dict:
    """Register with Sphinx, which calls this function."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("autodoc-skip-member", _is_not_ours)
    app.connect("autodoc-process-docstring", _flatten, priority=900)  # after napoleon
    app.connect("html-page-context", _mend, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# Formulas become MathML, which every browser draws and every screen reader reads.


def _inline(translator, node):
    translator.body.append(tex2mathml(node.astext()))
    raise SkipNode


def _block(translator, node):
    translator.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def _is_not_ours(app, what, name, member, skip, options):
    return True if re.fullmatch(r"set_\w+_request", name) else None


def _flatten(app, what, name, member, options, lines):
    """Replace a title that napoleon does not know by bold words: two modules may have the same titles."""
    for i in range(len(lines) - 1):
        if lines[i].strip() and re.fullmatch(r"-{3,}", lines[i + 1]):
            lines[i], lines[i + 1] = f"**{lines[i]}**", ""


def _mend(app, page, template, context, doctree):
    """Give captions of lists the level that their role requires, and a translated page its language."""
    for part in ("body", "furo_navigation_tree"):
        if html := context.get(part):
            context[part] = html.replace(CAPTION, f'{CAPTION} aria-level="3"')
    if found := re.match(r"notebooks/(\w+)/", page):
        context["language"] = found[1]
