"""One spelling for texts that differ only in form."""

import re
import unicodedata
from typing import Final

_DASHES: Final = re.compile(r"(?<=[ァ-ヺ])[-‐‑‒–—―−ｰ─]")
_REPEATED_MARK: Final = re.compile(r"ー{2,}")
_SEPARATORS: Final = re.compile(r"[^\w]+")


def normalise(text: str) -> str:
    """Return one spelling for texts that differ only in form.

    Full-width and half-width become one (NFKC), letters lose their case, dashes after katakana become the
    long-vowel mark, repeated marks one, and everything that is neither a letter nor a digit one space.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The normalised text; normalising it again changes nothing.

    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    marked = _REPEATED_MARK.sub("ー", _DASHES.sub("ー", folded))
    return _SEPARATORS.sub(" ", marked).strip()
