"""A table as a workbook (.xlsx, ECMA-376) that Excel and WPS open: numbers are numbers, days are days, text is text.

Text is written as text and never as a formula, so nothing in it can run.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What XML cannot hold, even escaped.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_EPOCH = date(1899, 12, 30)
_PLAIN, _HEAD, _MONEY, _DAY = range(4)
_SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{CONTENT_TYPE}.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet {_SPREADSHEET}>
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/>
<xf numFmtId="4" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>""",
}


def workbook(title: str, rows: Iterable[Sequence[Any]], heads: int = 1) -> bytes:
    """The file with one sheet called `title`; the first `heads` rows are bold. Decimals get two places.

    The sheet is written as it comes, so a long table costs its own size and no more.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, _XML + text)
        archive.writestr(
            "xl/workbook.xml",
            f'{_XML}<workbook {_SPREADSHEET} xmlns:r="{_RELATIONS}"><sheets>'
            f'<sheet name="{_named(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"{_XML}<worksheet {_SPREADSHEET}><sheetData>".encode())
            for number, row in enumerate(rows, 1):
                cells = "".join(_cell(value, number <= heads) for value in row)
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def _named(title: str) -> str:
    """What a sheet may be called: at most 31 characters, without those that addresses of cells use."""
    return escape(re.sub(r"[\[\]:*?/\\]", " ", _UNWRITABLE.sub("", title))[:31].strip() or "1", {'"': "&quot;"})


def _cell(value: Any, head: bool) -> str:
    if value is None or value == "":
        return f'<c s="{_HEAD}"/>' if head else "<c/>"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f'<c s="{_HEAD if head else _MONEY if isinstance(value, Decimal) else _PLAIN}"><v>{value}</v></c>'
    if isinstance(value, date) and not isinstance(value, datetime) and not head:
        return f'<c s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
    text = escape(_UNWRITABLE.sub("", str(value)))
    return f'<c t="inlineStr" s="{_HEAD if head else _PLAIN}"><is><t xml:space="preserve">{text}</t></is></c>'
