# SPDX-License-Identifier: GPL-2.0
"""The results as a picture: a dot with whiskers for each row, by hand."""

from xml.sax.saxutils import escape

import rows as table

WIDTH, LEFT, RIGHT, LINE, HEAD, FOOT = 960, 250, 190, 26, 48, 38
COLOURS = {"reached": "#1a7f37", "no goal": "#57606a",
           "short, within the spread": "#bf8700", "SHORT": "#cf222e"}
STYLE = """text{font:13px sans-serif;fill:#24292f}.head{font-weight:bold;
font-size:15px}.small{font-size:11px;fill:#57606a}.goal{stroke:#0969da;
stroke-width:2}.axis{stroke:#d0d7de}"""


def number(value, what):
    """A value as people read it."""
    if what == "difference":
        return f"{value:,.0f} B"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def where(result):
    """The machine in a few words."""
    about = result["machine"]
    words = f'Linux {about["kernel"]}, {about["processors"]} processor(s)'
    return words + (f', {about["note"]}' if about["note"] else "")


def panels(results):
    """Lines that share an axis: one concern against one contender."""
    groups = {}
    for result in results:
        for line in result["versus"]:
            row = table.find(result["id"])
            key = (row.group, row.what, line["versus"], where(result))
            groups.setdefault(key, []).append((row, line))
    return groups


def span(lines, what):
    """From where to where the axis goes."""
    seen = [0.0 if what == "difference" else 1.0]
    for _, line in lines:
        seen += [line["min"], line["max"]]
        if line["goal"] is not None:
            seen.append(line["goal"])
    margin = (max(seen) - min(seen)) * 0.06 or 0.05
    return min(seen) - margin, max(seen) + margin


def steps(low, high):
    """Round numbers on the axis."""
    size = 10.0 ** -9
    while (high - low) / size > 8:
        for factor in (2, 2.5, 2):
            size *= factor
            if (high - low) / size <= 8:
                break
    first = int(low / size) - 1
    values = [size * (first + i) for i in range(12)]
    return [value for value in values if low <= value <= high]


class Panel:
    """One axis and its lines."""

    def __init__(self, key, lines, top):
        self.group, self.what, self.versus, self.where = key
        self.lines, self.top = lines, top
        self.low, self.high = span(lines, self.what)
        self.height = HEAD + LINE * len(lines) + FOOT

    def x(self, value):
        """Where a value is."""
        part = (value - self.low) / (self.high - self.low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def title(self):
        """Words above the axis."""
        sign = "less" if self.what == "difference" else "divided by"
        less = self.lines[0][0].better == "less"
        return (f"{table.GROUPS[self.group]}: tsec {sign} "
                f"{table.NAMES[self.versus]} "
                f"({'less' if less else 'more'} is better)")

    def axis(self):
        """Title, grid and numbers."""
        bottom = self.top + HEAD + LINE * len(self.lines)
        out = [f'<text class="head" x="16" y="{self.top + 16}">'
               f"{escape(self.title())}</text>",
               f'<text class="small" x="16" y="{self.top + 32}">'
               f"{escape(self.where)}</text>"]
        for value in steps(self.low, self.high):
            x = self.x(value)
            out.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" '
                       f'y1="{self.top + HEAD - 6}" y2="{bottom}"/>')
            text = f"{value:,.0f}" if self.what == "difference" else \
                f"{value:.4g}"
            out.append(f'<text class="small" x="{x:.1f}" y="{bottom + 14}" '
                       f'text-anchor="middle">{text}</text>')
        return out

    def line(self, row, line, y):
        """Label, whiskers (range), box (quartiles), dot (median), goal."""
        colour = COLOURS[line["verdict"]]
        at = {name: self.x(line[name])
              for name in ("min", "max", "q1", "q3", "median")}
        out = [f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">'
               f"{escape(row.title)}</text>",
               f'<line x1="{at["min"]:.1f}" x2="{at["max"]:.1f}" y1="{y}" '
               f'y2="{y}" stroke="{colour}"/>',
               f'<rect x="{at["q1"]:.1f}" y="{y - 5}" height="10" '
               f'width="{max(at["q3"] - at["q1"], 1):.1f}" fill="{colour}" '
               f'fill-opacity="0.3"/>']
        if line["goal"] is not None:
            x = self.x(line["goal"])
            out.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" '
                       f'y1="{y - 9}" y2="{y + 9}"/>')
        out.append(f'<circle cx="{at["median"]:.1f}" cy="{y}" r="4.5" '
                   f'fill="{colour}"/>')
        goal = "" if line["goal"] is None else \
            f' (goal {number(line["goal"], self.what)})'
        out.append(f'<text x="{WIDTH - RIGHT + 14}" y="{y + 4}">'
                   f'{number(line["median"], self.what)}{goal}</text>')
        return out

    def draw(self):
        """All of it."""
        out = self.axis()
        y = self.top + HEAD + LINE // 2
        for row, line in self.lines:
            out += self.line(row, line, y)
            y += LINE
        return out


def svg(results):
    """The picture as text."""
    body, top = [], 48
    for key, lines in panels(results).items():
        panel = Panel(key, lines, top)
        body += panel.draw()
        top += panel.height
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{top + 12}" viewBox="0 0 {WIDTH} {top + 12}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{top + 12}" fill="#fff"/>',
        '<text class="small" x="16" y="26">dot: median; box: quartiles; line: '
        'all pairs; blue mark: goal; green: reached; amber: short, within '
        'the spread; red: short</text>']
    return "\n".join(head + body + ["</svg>"]) + "\n"
