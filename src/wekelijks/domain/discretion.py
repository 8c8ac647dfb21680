"""What must not be read over somebody's shoulder: addresses of readers and the tokens of their links.

Whatever is written for machines and colleagues (log lines, health, metrics) goes through here first.
"""

import re

_LOCAL_PART = re.compile(r"[^\s<>()\[\],;:\"'@/=]+@(?=[\w-]+(?:\.[\w-]+)*)")
_USERINFO = re.compile(r"(?<=://)[^\s/@]+@")
_TOKEN_PATH = re.compile(r"(?<=/)(u|preferences|confirm)/[^\s/?#\"']+")
# A payload, a dot and a signature of 32 bytes in base64, as `domain.tokens` makes them.
_TOKEN = re.compile(r"(?<![\w-])[\w-]{4,}\.[\w-]{43}(?![\w-])")


def discreet(text: str) -> str:
    """`text` with every address reduced to its domain, and tokens and passwords left out."""
    text = _USERINFO.sub("…@", text)
    text = _LOCAL_PART.sub("…@", text)
    text = _TOKEN_PATH.sub(r"\1/…", text)
    return _TOKEN.sub("…", text)
