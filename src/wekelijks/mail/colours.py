"""Colours: one accent for light and for dark paper, always readable on it.

A writer chooses an accent once, by eye, on one screen. Whatever they chose, text in it has a contrast of at least
4.5:1 (WCAG 2.2, 1.4.3): the shade gives way, the hue stays.
"""

import colorsys
import re
from dataclasses import dataclass

ENOUGH = 4.5
"""The least contrast of text that WCAG 2.2 calls readable (success criterion 1.4.3, level AA)."""

_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_STEPS = 200  # Fine enough that the shade found is the nearest one that an eye can tell.
_ON_LIGHT = 4.6  # Mail programs round colours when they darken or lighten a letter.
_ON_DARK = 6.5  # The formula flatters colours on dark paper; this much reads there as 4.6 does on light.
_PLAIN = "#7a4b2a"  # The schema's own default, for an accent that is no colour at all.


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme, as #rrggbb."""

    paper: str
    ink: str
    soft: str
    line: str
    accent: str


def light(accent: str) -> Palette:
    """Ink on paper. The same paper as the pages'."""
    return _palette("#fdfbf7", ink="#2b2622", soft="#6a6058", line="#e4dccf", accent=accent)


def dark(accent: str) -> Palette:
    """The letter at night."""
    return _palette("#1c1917", ink="#ece5db", soft="#b3a89b", line="#3d3630", accent=accent)


def _palette(paper: str, *, ink: str, soft: str, line: str, accent: str) -> Palette:
    chosen = accent if _HEX.fullmatch(accent) else _PLAIN
    return Palette(paper, ink, soft, line, readable(chosen, on=paper))


def readable(colour: str, *, on: str) -> str:
    """This colour, or its nearest shade of the same hue that can be read on that paper."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    end, wanted = (0.0, _ON_LIGHT) if _luminance(on) > 0.5 else (1.0, _ON_DARK)
    for step in range(_STEPS + 1):
        shade = colour
        if step:
            towards = lightness + (end - lightness) * step / _STEPS
            shade = _hex(colorsys.hls_to_rgb(hue, towards, saturation))
        if contrast(shade, on) >= wanted:
            return shade.lower()
    return "#000000" if end == 0 else "#ffffff"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
