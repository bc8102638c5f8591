"""Why a set-up failed: from the output of an installer to a sentence with what to do."""

import re
import sys

ANOTHER_PYTHON = "use the usual 64-bit Python 3.12"
WHERE_PIP_LOOKS = "pip's settings index-url, no-index and find-links"
SIGN_IN = "sign in to the network in a web browser if it wants that"

CAUSES = (
    (
        r"Errno 28|No space left|WinError 112|Errno 122|[Qq]uota exceeded",
        "the disk is full: free about 3 GB where the course is, and 1 GB in the folder for temporary files",
    ),
    (
        r"MemoryError|Cannot allocate memory|exit (?:code|status): (?:-9|137)\b",
        "the system stopped the installer, probably because the memory was full: close other programs",
    ),
    (
        r"ensurepip|No module named '?venv",
        "this Python cannot make virtual environments: install its venv package (on Debian and Ubuntu: "
        f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv)",
    ),
    (
        r"Long Path support",
        r"the path of this folder is too long for Windows: move the course to a short one, such as C:\course",
    ),
    (
        r"WinError 5\b|WinError 32|Errno 26",
        "a file in .venv is in use: close JupyterLab and all other programs that run from there",
    ),
    (
        r"(?:Errno 13|Errno 30|Permission denied|Read-only)[^\n']*'"
        r"(?![^\n']*site-packages)([^\n']*[\\/]pip\b[^\n']*)",
        "pip cannot write to its cache {}: set PIP_CACHE_DIR to a folder of your own",
    ),
    (
        r"Errno 13|Errno 30|Permission denied|Read-only file system",
        "this folder cannot be written to: copy the course into a folder of your own",
    ),
    (
        r"DO NOT MATCH THE HASHES|BadZipFile|[Ww]heel \S+ is invalid|incorrect data check|DecodeError",
        "a package arrived damaged: set PIP_NO_CACHE_DIR=1, so that pip downloads it again",
    ),
    (
        r"\b407 (?:Proxy|Client)|HTTP error 407",
        "the network's proxy wants a name and a password: set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT",
    ),
    (
        r"Missing dependencies for SOCKS",
        "pip cannot use a SOCKS proxy: set HTTPS_PROXY to an http:// proxy, or remove the SOCKS proxy from "
        "HTTPS_PROXY, ALL_PROXY and the settings of pip",
    ),
    (
        r"\b40[13] (?:Client )?(?:Error|Unauthorized|Forbidden)|HTTP error 40[13]",
        f"the package index refuses access: {SIGN_IN}, and check the name and password in pip's index-url",
    ),
    (
        r"too many (?:5\d\d|429) error|\b(?:429|5\d\d) (?:Client|Server) Error|HTTP error (?:429|5\d\d)",
        "the package index is overloaded or out of order: wait some minutes",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|\[SSL: |confirming the ssl certificate",
        f"the certificate of the package index is not trusted: {SIGN_IN}, correct the clock, or set PIP_CERT "
        "to the certificate of the network's proxy",
    ),
    (
        r"Failed building wheel for (?!mirlab)|Microsoft Visual C\+\+|Unknown compiler"
        r"|ERROR: ResolutionImpossible|Preparing metadata \S+ finished with status 'error'",
        f"a package has no ready-made build for this Python on this computer: {ANOTHER_PYTHON}",
    ),
    (
        r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo|Max retries|[Tt]imed out"
        r"|ProxyError|proxy connection error|IncompleteRead|RemoteDisconnected|Network is unreachable"
        r"|Connection (?:refused|reset|aborted|broken)",
        "the packages could not be downloaded: check the network (finished downloads are kept)",
    ),
    (
        r"Configuration file (?:contains|could not)[\s\S]*?(?: in |')((?:/|\w:\\)[^\n']+?)(?:'|\.?$|\.?\n)",
        "pip cannot read its configuration file {}: correct it, or move it away",
    ),
    (
        r"(?:the requirement|distribution found for) (hatchling\S*|\S+(?=[^\n]*\(from versions: none))",
        f"the package index does not list {{}}: {SIGN_IN}, and check {WHERE_PIP_LOOKS}",
    ),
    (
        r"No matching distribution found for (\S+)",
        f"the package index has no build of {{}} for this Python on this computer: {ANOTHER_PYTHON}, and "
        f"check {WHERE_PIP_LOOKS}",
    ),
)
"""Patterns in the output of an installer, and what to say. The first pattern that fits is used."""

AROUND_THE_REASON = (
    "note:",
    "hint:",
    "[",
    "WARNING:",
    "exit code:",
    "error: subprocess-exited",
    "error: metadata-generation",
    "ERROR: Failed to build",
    "pip._internal.exceptions",
)
"""How lines begin that pip prints before and after the reason of a failure."""


def explain(output, code=1):
    r"""Return a sentence about why an installer failed.

    Parameters
    ----------
    output : str
        What it printed.
    code : int, optional
        Its exit code; negative for a signal.

    Returns
    -------
    str
        What is wrong and what to do, or the line of the output that comes closest.

    Examples
    --------
    >>> explain("OSError: [WinError 32] The process cannot access the file")
    'a file in .venv is in use: close JupyterLab and all other programs that run from there, then run the same
    command again'
    >>> explain("ERROR: the moon is full\nnote: see above")
    'the set-up failed: ERROR: the moon is full'
    """
    if code in (-9, 137):
        output += "exit code: -9"
    for pattern, sentence in CAUSES:
        match = re.search(pattern, output)
        if match:
            return sentence.format(*match.groups()) + ", then run the same command again"
    lines = [line.strip(" \t\r│╰─>×") for line in output.splitlines()]
    lines = [line for line in lines if line and not line.startswith(AROUND_THE_REASON)]
    if code < 0:
        lines += [f"ERROR: signal {-code} ended the installer"]
    reasons = [line for line in lines if re.match(r"ERROR: |\S*(Error|Exception): ", line)] or lines
    return "the set-up failed: " + (reasons or ["no reason was given"])[-1]
