"""The figures as a picture: an SVG that is readable on light and on dark pages."""

from collections.abc import Mapping
from statistics import median
from xml.sax.saxutils import escape

from benchmarks.contenders import SERVICE
from benchmarks.figures import Figures, Series

WIDTH = 1000
PANEL_WIDTH = WIDTH // 2
LABELS = 270
"""Where bars begin in a panel."""
BARS = 165
"""The length of the longest bar."""
ROW = 22
TITLE = 30
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .bar { fill: #8c959f; }
  .own { fill: #1f6feb; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .bar { fill: #6e7681; }
    .own { fill: #4493f8; }
    .spread { stroke: #e6edf3; }
  }
"""


def draw(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return bars of requests a second, a panel for each case, all to one scale."""
    rates = [load.rate for loads in figures.peak.values() for load in loads.values()]
    scale = BARS / max(map(max, rates))
    panel_height = TITLE + len(titles) * ROW + 16
    height = panel_height * ((len(figures.cases) + 1) // 2)
    panels = []
    for number, case in enumerate(figures.cases):
        left, top = number % 2 * PANEL_WIDTH, number // 2 * panel_height
        panels.append(f'<text class="title" x="{left + LABELS}" y="{top + 18}">{case.title}</text>')
        for row, (name, title) in enumerate(titles.items()):
            place = left + LABELS, top + TITLE + row * ROW
            panels.append(_bar(figures.peak[name][case.name].rate, scale, place, name, title))
    drawn = "\n".join(panels)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
<title>Requests a second, by request and contender; the lines go from the least to the greatest
of the rounds</title>
<style>{STYLE}</style>
{drawn}
</svg>
"""


def _bar(rate: Series, scale: float, place: tuple[int, int], name: str, title: str) -> str:
    x, y = place
    middle = median(rate)
    least, most = (x + value * scale for value in (min(rate), max(rate)))
    kind = "bar own" if name == SERVICE else "bar"
    end = max(most, x + middle * scale)
    return (
        f'<text x="{x - 8}" y="{y + 12}" text-anchor="end">{escape(title)}</text>'
        f'<rect class="{kind}" x="{x}" y="{y}" width="{middle * scale:.1f}" height="16" rx="2"/>'
        f'<path class="spread" d="M{least:.1f} {y + 8}H{most:.1f}"/>'
        f'<text x="{end + 6:.1f}" y="{y + 13}">{middle:,.0f}</text>'
    )
