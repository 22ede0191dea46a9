#!/usr/bin/env python3
"""Draws docs/architecture.svg from docs/architecture.txt.

    scripts/architecture-svg.py            writes the picture
    scripts/architecture-svg.py --check    fails if the picture is not current

Needs Python 3.9 or later and no packages.
"""

import pathlib
import sys
from html import escape

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
SOURCE = DOCS / "architecture.txt"
PICTURE = DOCS / "architecture.svg"

LINE_HEIGHT = 17
STYLE = """
    text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #24292f; text-anchor: middle; }
    .title { font-weight: 600; }
    .label { font-style: italic; fill: #57606a; }
    .start { text-anchor: start; }
    .group { fill: none; stroke: #8c959f; stroke-dasharray: 5 4; }
    .code { fill: #ddf4ff; stroke: #0969da; }
    .contract { fill: #fff8c5; stroke: #9a6700; }
    .outside { fill: #f6f8fa; stroke: #57606a; }
    .arrow { stroke: #57606a; stroke-width: 1.5; marker-end: url(#head); }
    #head path { fill: #57606a; }
    .page { fill: #ffffff; }
"""


class SourceError(Exception):
    """A line of the source that cannot be drawn."""


def parse(text):
    """Reads the source: the size, and the boxes, groups and arrows in their order."""
    size, boxes, groups, arrows = None, {}, [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        head, *labels = (part.strip() for part in line.split("|"))
        kind, *words = head.split()
        try:
            if kind == "size":
                size = tuple(map(int, words))
            elif kind == "group":
                groups.append((*map(int, words), labels[0]))
            elif kind == "box":
                name, style, *numbers = words
                boxes[name] = (style, *map(int, numbers), labels)
            elif kind == "arrow":
                start, end = words
                arrows.append((boxes[start], boxes[end], "".join(labels)))
            else:
                raise ValueError(f"unknown word {kind}")
        except (ValueError, KeyError, IndexError) as error:
            raise SourceError(f"{SOURCE.name}:{number}: {error}") from error
    if size is None:
        raise SourceError(f"{SOURCE.name}: no size")
    return size, boxes, groups, arrows


def centre(start, end, axis):
    """Middle of the range that two boxes share on an axis, or of the first one if they share none."""
    low = max(start[axis], end[axis])
    high = min(start[axis] + start[axis + 2], end[axis] + end[axis + 2])
    return (low + high) // 2 if low < high else start[axis] + start[axis + 2] // 2


def arrow(start, end, label):
    """One arrow between the nearest sides of two boxes."""
    start, end = start[1:5], end[1:5]
    x, y, width, height = start
    if x + width <= end[0] or end[0] + end[2] <= x:
        level = centre(start, end, 1)
        is_right = x + width <= end[0]
        points = (x + width if is_right else x, level, end[0] if is_right else end[0] + end[2], level)
    else:
        column = centre(start, end, 0)
        points = (column, y + height, column, end[1])
    yield '  <line class="arrow" x1="{}" y1="{}" x2="{}" y2="{}"/>'.format(*points)
    if label:
        is_level = points[1] == points[3]
        left = (points[0] + points[2]) // 2 + (0 if is_level else 30)
        top = (points[1] + points[3]) // 2 + (50 if is_level else 5)
        yield f'  <text class="label" x="{left}" y="{top}">{escape(label)}</text>'


def draw(text):
    """The picture, as text of an SVG file."""
    (width, height), boxes, groups, arrows = parse(text)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="Architecture">',
        f"  <!-- Drawn from {SOURCE.name} by scripts/architecture-svg.py. Do not edit. -->",
        f"  <style>{STYLE}  </style>",
        '  <defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
        f'  <rect class="page" width="{width}" height="{height}"/>',
    ]
    for x, y, wide, high, label in groups:
        lines.append(f'  <rect class="group" x="{x}" y="{y}" width="{wide}" height="{high}" rx="8"/>')
        lines.append(f'  <text class="label start" x="{x + 12}" y="{y + LINE_HEIGHT}">{escape(label)}</text>')
    for start, end, label in arrows:
        lines.extend(arrow(start, end, label))
    for style, x, y, wide, high, labels in boxes.values():
        lines.append(f'  <rect class="{style}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="6"/>')
        top = y + high // 2 - (len(labels) - 1) * LINE_HEIGHT // 2 + 5
        for index, label in enumerate(labels):
            emphasis = ' class="title"' if index == 0 else ""
            level = top + index * LINE_HEIGHT
            lines.append(f'  <text{emphasis} x="{x + wide // 2}" y="{level}">{escape(label)}</text>')
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def main(arguments):
    """Writes or checks the picture, and returns the exit status."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        picture = draw(SOURCE.read_text(encoding="utf-8"))
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    if not arguments:
        PICTURE.write_text(picture, encoding="utf-8")
        return 0
    is_current = PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture
    if not is_current:
        print(f"{PICTURE} is not current: run scripts/architecture-svg.py", file=sys.stderr)
    return 0 if is_current else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
