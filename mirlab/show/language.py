"""What a learner reads, in the learner's language.

The course is written in English. Every sentence is looked up at the moment when it is shown, so the code that
makes it knows nothing of translations. A sentence with values in it is found by its template: the translation
of ``"On all {} inputs."`` serves "On all 7 inputs.". Values that have a translation of their own get it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_language, _sentences, _templates = "", {}, []


def speak(language: str, sentences: Mapping[str, str]) -> None:
    """Choose the language of everything that is shown from now on.

    Parameters
    ----------
    language : str
        Its code, such as ``"de"``; empty for English.
    sentences : mapping
        Sentences and templates in English, and their translations. ``{}`` stands for a value; a translation
        that needs another order writes ``{1} … {0}``.
    """
    global _language, _sentences, _templates
    _language, _sentences = language, dict(sentences)
    templates = sorted((text for text in sentences if "{}" in text), key=len, reverse=True)
    _templates = [(_pattern(text), sentences[text]) for text in templates]


def _pattern(template: str) -> re.Pattern:
    """Return what finds the sentences of a template."""
    parts = template.split("{}")
    # "{}, {} of {}" would find half of all sentences, so its values are single words.
    loose = not parts[0] and not parts[-1] and sum(map(str.isalpha, template)) < 6
    return re.compile((r"(\S+?)" if loose else "(.+?)").join(map(re.escape, parts)), re.DOTALL)


@contextmanager
def speaking(language: str, sentences: Mapping[str, str]) -> Iterator[None]:
    """Choose a language for a while; see `speak`."""
    before = _language, _sentences
    speak(language, sentences)
    try:
        yield
    finally:
        speak(*before)


def spoken() -> str:
    """Return the code of the language; empty for English."""
    return _language


def said(text: str) -> str:
    """Return a sentence in the language that is spoken; in English if it has no translation.

    Examples
    --------
    >>> with speaking("de", {"On all {} inputs.": "Bei allen {} Eingaben."}):
    ...     said("On all 7 inputs."), said("Something else")
    ('Bei allen 7 Eingaben.', 'Something else')
    """
    if text in _sentences:
        return _sentences[text]
    for template, translation in _templates:
        if found := template.fullmatch(text):
            return translation.format(*(_sentences.get(value, value) for value in found.groups()))
    return text
