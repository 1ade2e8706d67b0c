"""Files as people have them: every encoding and separator that is read, and the sentence for those that are not."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from gucang.exchange.readers import BadTable, Table, archives, read_table, tables, unpack

TEXT = "客户名称,城市\r\n苏州恒力精密机械有限公司,苏州\r\n上海谷仓贸易有限公司,上海\r\n"


def read(folder: Path, content: bytes, name: str = "rows.csv") -> tuple[Table, list[list[str]]]:
    source = folder / "source"
    source.write_bytes(content)
    (table,) = unpack(source, name, folder / "out")
    return table, [row.cells for row in read_table(table.file)]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_every_usual_encoding_gives_the_same_table(tmp_path: Path, encoding: str, told: str) -> None:
    table, rows = read(tmp_path, TEXT.encode(encoding))
    assert (table.columns, table.rows, table.encoding) == (("客户名称", "城市"), 2, told)
    assert rows[0] == ["苏州恒力精密机械有限公司", "苏州"]


BIG5 = "客戶名稱,備註\n臺灣積體電路製造股份有限公司,這是一個測試\n".encode("big5")
LATIN = "Nom,Ville\nCafé Élysée,Orléans\n".encode("latin-1")


@pytest.mark.parametrize("content", [BIG5, LATIN], ids=["Big5", "Latin-1"])
def test_what_would_be_read_as_nonsense_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadTable, match="UTF-8"):
        read(tmp_path, content)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, mark: str) -> None:
    text = f"name{mark}city\nA, B and C{mark}X\n" if mark != "," else 'name,city\n"A, B and C",X\n'
    table, rows = read(tmp_path, text.encode())
    assert (table.columns, rows) == (("name", "city"), [["A, B and C", "X"]])


def test_excels_line_about_the_separator_is_no_header(tmp_path: Path) -> None:
    table, rows = read(tmp_path, b"sep=;\r\na;b\r\n1,5;2\r\n")
    assert (table.columns, rows) == (("a", "b"), [["1,5", "2"]])


def test_lines_are_counted_as_the_person_sees_them(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b'a,b\n\n"two\nlines",1\nx,2\n')
    (table,) = unpack(source, "rows.csv", tmp_path / "out")
    assert [(row.line, row.cells) for row in read_table(table.file)] == [(3, ["two\nlines", "1"]), (5, ["x", "2"])]


def test_reading_goes_on_from_any_row(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("n\n" + "".join(f"行{number}\n" for number in range(50)))
    (table,) = unpack(source, "rows.csv", tmp_path / "out")
    rows = list(read_table(table.file))
    for place, row in enumerate(rows):
        assert list(read_table(table.file, row.position)) == rows[place + 1 :]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "是空的|empty"),
        (b'a,b\n1,"never closed\n2,3\n', "3"),
        (b"a\n" + b"x" * 70_000 + b"\n", "64 KB"),
        (",".join(f"c{n}" for n in range(201)).encode(), "201"),
        (b"\xef\xbb\xbfa,b\n\xff\xfe\n", "utf-8-sig"),
    ],
    ids=["empty", "open quote", "huge cell", "too many columns", "damaged"],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BadTable, match=sentence):
        read(tmp_path, content)


def test_nul_is_left_out_and_headers_are_made_unique(tmp_path: Path) -> None:
    table, rows = read(tmp_path, b"name,,name\nA\x00B,2,3\n")
    assert (len(set(table.columns)), rows) == (3, [["AB", "2", "3"]])


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    with pytest.raises(BadTable, match="1,000,000"):
        read(tmp_path, b"a\n1\n2\n3\n4\n")


def test_one_json_object_a_line_is_a_table(tmp_path: Path) -> None:
    lines = [{"name": "甲", "n": 1}, {"name": "乙", "also": None, "deep": {"x": [1]}}]
    table, rows = read(tmp_path, "\n".join(json.dumps(line) for line in lines).encode(), "rows.json")
    assert table.columns == ("name", "n", "also", "deep")
    assert rows == [["甲", "1", "", ""], ["乙", "", "", '{"x": [1]}']]
    with pytest.raises(BadTable, match="2"):
        read(tmp_path, b'{"a": 1}\n[1]\n', "rows.json")


def test_a_workbook_is_sent_back_with_advice(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="CSV UTF-8"):
        read(tmp_path, b"PK\x03\x04", "客户.xlsx")


# --- archives ---


def archive(folder: Path, members: dict[str, bytes], **how: int) -> Path:
    path = folder / "source"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_every_table_of_an_archive_is_read(tmp_path: Path) -> None:
    path = archive(
        tmp_path, {"x/a.csv": b"n\n1\n", "b.csv": TEXT.encode("gbk"), "__MACOSX/a.csv": b"?", "note.md": b"-"}
    )
    assert [(t.name, t.rows) for t in unpack(path, "x.zip", tmp_path / "out")] == [("a.csv", 1), ("b.csv", 2)]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "a/../../b.csv", "C:\\a.csv", "..\\a.csv"])
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadTable, match=r"outside|外面|之外"):
        unpack(archive(tmp_path, {name: b"n\n1\n"}), "x.zip", tmp_path / "out")


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "source"
    with zipfile.ZipFile(path, "w") as packed:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(BadTable):
        unpack(path, "x.zip", tmp_path / "out")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.csv": b"0" * (20 << 20)})
    with pytest.raises(BadTable, match="200 MB"):
        unpack(path, "x.zip", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_what_really_comes_out_is_counted_over_all_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100)
    path = archive(tmp_path, {"a.csv": b"n\n" + b"1\n" * 30, "b.csv": b"n\n" + b"1\n" * 30})
    with pytest.raises(BadTable, match="200 MB"):
        unpack(path, "x.zip", tmp_path / "out")


def test_a_thousand_and_one_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="1001"):
        unpack(archive(tmp_path, {f"{n}.csv": b"" for n in range(1001)}), "x.zip", tmp_path / "out")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.csv": b"n\n" + bytes(range(48, 58)) * 100})
    data = bytearray(path.read_bytes())
    data[40:60] = b"\0" * 20
    path.write_bytes(data)
    with pytest.raises(BadTable):
        unpack(path, "x.zip", tmp_path / "out")
