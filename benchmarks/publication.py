"""Where the figures go: the page, the plot and README's section."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks import plot, report
from benchmarks.figures import Figures

BEGIN, END = "<!-- benchmark:begin -->\n", "<!-- benchmark:end -->"


def publish(figures: Figures, titles: Mapping[str, str], root: Path) -> None:
    """Write all three below ``root``; a README without the markers is left alone."""
    (root / "docs").mkdir(parents=True, exist_ok=True)
    (root / "docs" / "benchmark.md").write_text(report.report(figures, titles), "utf-8")
    (root / "docs" / "benchmark.svg").write_text(plot.draw(figures, titles), "utf-8")
    readme = root / "README.md"
    text = readme.read_text("utf-8") if readme.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        section = report.summary(figures, titles)
        readme.write_text(f"{before}{BEGIN}{section}{END}{after}", "utf-8")
