"""Checks a page: elements are closed in order, ids are there once, links within the page lead somewhere, tables have as
many cells in every row. Usage: well_formed.py PAGE
"""
import html.parser
import sys

VOID = {"meta", "br", "link", "img", "hr"}


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.faults, self.cells = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])
        if tag == "table":
            self.cells = []
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> closes {self.open[-1:] or 'nothing'}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "table" and len(set(self.cells)) > 1:
            self.faults.append(f"line {self.getpos()[0]}: rows of {sorted(set(self.cells))} cells")


def main(path):
    checker = Checker()
    checker.feed(open(path, encoding="utf-8").read())
    checker.close()
    faults = checker.faults + [f"<{tag}> is not closed" for tag in checker.open]
    faults += [f"id {name} is there {checker.ids.count(name)} times" for name in set(checker.ids)
               if checker.ids.count(name) > 1]
    faults += [f"#{name} leads nowhere" for name in checker.links if name not in checker.ids]
    print("\n".join(faults[:20]), file=sys.stderr)
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))
