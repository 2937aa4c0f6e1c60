"""The metrics that docs/metrics.md tells of, and those that an expression of Prometheus' names."""
import re

NAME = re.compile(r"`((?:paceline|process)_[a-z_]+)`")


def documented(heading=None):
    """By the tables under that heading ("Of a worker"); of all by default."""
    names, here = set(), False
    for line in open("docs/metrics.md", encoding="utf-8"):
        if line.startswith("## "):
            here = line.startswith("## Of ") and heading in (None, line[3:].strip())
        elif here and line.startswith("| `"):
            names |= set(NAME.findall(line.split("|")[1]))
    return names


def used(expression):
    """Without what Prometheus adds to a histogram's name."""
    names = re.findall(r"\b(?:paceline|process)_[a-z_]+\b", re.sub(r'"[^"]*"', "", expression))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
