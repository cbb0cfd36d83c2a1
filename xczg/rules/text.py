"""How two spellings of the same text are known to be the same."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=8192)  # a ledger repeats names, words and dates on thousands of rows
def normalized(text: str) -> str:
    """NFKC form with outer white space removed: full-width digits and punctuation become half-width."""
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=8192)
def text_key(text: str) -> str:
    """The identity of a finding or an organisation's name: NFKC without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())
