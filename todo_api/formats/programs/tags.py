"""Labels that programs write into titles, such as ``Call Susan @phone``."""

import re


def tagged(text: str, tag: re.Pattern[str]) -> tuple[str, list[str]]:
    """Return a title and its labels, which `tag` has as its first group.

    Those at the end of the title are taken from it; those within are part of what it says.
    """
    words = text.split(" ")
    labels = [found[1] for word in words if (found := tag.fullmatch(word))]
    while len(words) > 1 and (not words[-1] or tag.fullmatch(words[-1])):
        words.pop()
    return " ".join(words), labels
