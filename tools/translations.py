"""Catalogs of the Chinese texts, one per module: gucang/<module>/locale/zh_Hans/LC_MESSAGES/django.po.

  extract   bring every catalog up to date with the texts its module uses
  compile   make the .mo files that are missing or older than their catalog
  check     fail when a text has no Chinese, is unused or uncertain, has other placeholders, or two kinds of Chinese

A text that the kernel or the surface translates needs no second translation in the modules above them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gucang"
CATALOG = Path("locale/zh_Hans/LC_MESSAGES/django.po")
SHARED = ("kernel", "surface")
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("tests/**", "ignore"),
    ("migrations/**", "ignore"),
    ("**.py", "python"),
    ("jinja2/**.html", "jinja2.ext:babel_extract"),
    ("jinja2/**.txt", "jinja2.ext:babel_extract"),
]
_JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
OPTIONS = {"jinja2/**.html": _JINJA, "jinja2/**.txt": _JINJA}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
Key = tuple[str | None, str]


def modules() -> list[Path]:
    """The folders of all modules, the shared ones first."""
    found = [path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()]
    return sorted(found, key=lambda path: (SHARED.index(path.name) if path.name in SHARED else 9, path.name))


def key(message: Message) -> Key:
    """What makes a text one text: its context and its (singular) words."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def used(module: Path) -> Catalog:
    """The texts that a module's Python files and templates use."""
    catalog = Catalog(charset="utf-8")
    at = [""]
    rows = extract_from_dir(
        module,
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        comment_tags=["Translators:"],
        callback=lambda name, _method, _options: at.append(name),
    )
    try:
        for name, _line, words, comments, context in rows:
            place = (f"gucang/{module.name}/{name}", 0)
            catalog.add(words, None, [place], auto_comments=comments, context=context)
    except (TemplateSyntaxError, SyntaxError) as error:
        sys.exit(f"gucang/{module.name}/{at[-1]}, line {error.lineno}: {error}")
    return catalog


def read(path: Path) -> Catalog:
    """A catalog from its file; an empty one when there is none."""
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def translated(message: Message) -> bool:
    """Whether a text has Chinese, in every plural form, that nobody marked as uncertain."""
    words = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return bool(words) and all(words) and not message.fuzzy


def texts(catalog: Catalog) -> Iterator[Message]:
    """The messages of a catalog without its header."""
    return (message for message in catalog if message.id)


def wanted(module: Path, shared: set[Key]) -> Catalog:
    """The texts that must stand in this module's own catalog."""
    catalog = used(module)
    if module.name in SHARED[:1]:
        return catalog
    for message in list(texts(catalog)):
        if key(message) in shared:
            catalog.delete(message.id, message.context)
    return catalog


def each_module() -> Iterator[tuple[Path, Catalog, Catalog]]:
    """(file, texts that must be in it, texts that are) for every module."""
    shared: set[Key] = set()
    for module in modules():
        path = module / CATALOG
        there = read(path)
        yield path, wanted(module, shared), there
        if module.name in SHARED:
            shared |= {key(message) for message in texts(there) if translated(message)}


def extract() -> int:
    """Write every catalog anew: new texts without Chinese, unused ones gone, the others as they were."""
    for path, needed, there in each_module():
        if not len(needed) and not path.exists():
            continue
        made = there.creation_date
        there.update(needed, no_fuzzy_matching=True)
        there.creation_date = made  # a new date in every catalog would drown what has changed
        there.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, there, width=110, omit_header=False, include_lineno=False, sort_by_file=True)
        missing = sum(not translated(message) for message in texts(there))
        print(f"{path.relative_to(ROOT)}: {len(there)} texts, {missing} without Chinese")
    return 0


def compile_all() -> int:
    """Make the .mo files that are missing or older than their catalog."""
    for module in modules():
        path = module / CATALOG
        binary = path.with_suffix(".mo")
        if path.exists() and (not binary.exists() or binary.stat().st_mtime < path.stat().st_mtime):
            draft = binary.with_suffix(".new")
            with draft.open("wb") as file:
                write_mo(file, read(path))
            draft.replace(binary)
    return 0


def problems() -> list[str]:
    """Everything that is wrong with the catalogs, one sentence each; empty when both languages are complete."""
    found = []
    for path, needed, there in each_module():
        name = path.relative_to(ROOT)
        needed_keys = {key(message) for message in texts(needed)}
        there_keys = {key(message): message for message in texts(there)}
        found += [
            f"{name}: {words[1]!r} is missing; run “make translations”." for words in needed_keys - set(there_keys)
        ]
        for words, message in there_keys.items():
            if words not in needed_keys:
                found.append(f"{name}: {words[1]!r} is used nowhere in this module; run “make translations”.")
            elif not translated(message):
                found.append(f"{name}: {words[1]!r} has no Chinese.")
            elif not _same_placeholders(message):
                found.append(f"{name}: {words[1]!r} and its Chinese have different placeholders.")
    return sorted([*found, *_torn()])


def _torn() -> Iterator[str]:
    """Texts that two modules translate differently: there is one language, and one of them would win everywhere."""
    known: dict[Key, tuple[str, Message]] = {}
    for path, _needed, there in each_module():
        module = path.relative_to(PACKAGE).parts[0]
        for message in texts(there):
            first, other = known.setdefault(key(message), (module, message))
            if other.string != message.string:
                yield f"{key(message)[1]!r} means one thing in {first}, another in {module}: give one a context."


def _same_placeholders(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    original = message.id if isinstance(message.id, str) else message.id[-1]
    expected = sorted(_PLACEHOLDER.findall(original))
    return all(sorted(_PLACEHOLDER.findall(form)) == expected for form in forms)


def check() -> int:
    """Print what is wrong; the exit code tells whether anything is."""
    found = problems()
    print("\n".join(found) or "Both languages are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    commands = {"extract": extract, "compile": compile_all, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]]())
