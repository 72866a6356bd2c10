"""How colours look: contrast (WCAG 2.2, "relative luminance"), and to people who see fewer of them
(Machado, Oliveira and Fernandes 2009, at full severity, on linear RGB)."""

from __future__ import annotations

from itertools import starmap

SIGHT = {
    "full": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((0.2126, 0.7152, 0.0722),) * 3,
}


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_seen(one, "none")[0], _seen(other, "none")[0]), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def apart(one: str, other: str, sight: str) -> float:
    """The distance of two colours in CIE Lab; about 2.3 is just seen."""
    pairs = zip(_lab(_seen(one, sight)), _lab(_seen(other, sight)), strict=True)
    return float(sum(starmap(lambda a, b: (a - b) ** 2, pairs)) ** 0.5)


def _seen(colour: str, sight: str) -> list[float]:
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return [
        min(max(sum(w * v for w, v in zip(row, linear, strict=True)), 0), 1) for row in SIGHT[sight]
    ]


def _lab(rgb: list[float]) -> tuple[float, float, float]:
    r, g, b = rgb
    x, y, z = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
