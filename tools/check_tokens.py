"""Fail when a stylesheet other than tokens.css holds a colour, a size or a shadow as a raw value.

One file decides how the product looks; dark mode, large text and touch only work if every part asks it.
"""

import re
import sys
from pathlib import Path

STYLES = Path(__file__).resolve().parent.parent / "gucang/surface/assets/css"
TEMPLATES = STYLES.parents[2]
RAW = re.compile(
    r"#[0-9a-fA-F]{3,8}\b"
    r"|\b(?:rgba?|hsla?|oklch|oklab|lab|color-mix)\("
    r"|(?<![\w-])-?\d*\.?\d+(?:px|rem|pt)\b"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IN_TEMPLATE = re.compile(
    r"\sstyle\s*=|<style[\s>]|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\s(?:src=|type=.application/json))", re.IGNORECASE
)


def raw_values(css: str) -> list[tuple[int, str]]:
    """Line number and text of every raw value in `css`; media conditions and @page cannot use tokens: skipped."""
    bare = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), css)
    found = []
    for number, line in enumerate(bare.splitlines(), start=1):
        line = re.sub(r"@(?:media|page)[^{]*\{|@page[^}]*\}", "", line)
        found += [(number, match.group()) for match in RAW.finditer(line)]
    return found


def inline_code(template: str) -> list[tuple[int, str]]:
    """Line number and text of every inline style, script or handler, which the browser would block."""
    return [
        (number, match.group().strip())
        for number, line in enumerate(template.splitlines(), start=1)
        for match in IN_TEMPLATE.finditer(re.sub(r"\{#.*?#\}", "", line))
    ]


def main() -> int:
    """Print every offence with its place; return the exit status."""
    offences = []
    for path in sorted(STYLES.glob("*.css")):
        if path.name != "tokens.css":
            found = raw_values(path.read_text(encoding="utf-8"))
            offences += [(path, n, f"“{text}” is a raw value: name it in tokens.css") for n, text in found]
    for path in sorted(TEMPLATES.glob("**/jinja2/**/*.html")):
        found = inline_code(path.read_text(encoding="utf-8"))
        offences += [(path, n, f"“{text}” is inline: the browser refuses it") for n, text in found]
    for path, number, what in offences:
        print(f"{path.relative_to(TEMPLATES.parent)}:{number}: {what}")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
