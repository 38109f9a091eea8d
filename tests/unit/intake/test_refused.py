"""What is refused, and with what words."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from reposto.intake.limits import MAX_FIELD, MAX_ROW_ERRORS, MIB
from reposto.intake.rows import Kind
from reposto.intake.sniff import sniff
from reposto.model.errors import FileRefused
from tests.support.intake import read_bytes, read_text

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vazio"),
        (b"\xef\xbb\xbf \r\n\r\n", "vazio"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "imagem"),
        (OLE, "Excel antigo"),
        (b"<html><table><tr><td>sku</td></tr></table>", "HTML"),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE html><html></html>", "HTML"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "Excel 2003"),
        (b'<?xml version="1.0"?><nfeProc>', "XML"),
        (b'{"sku": 1}', "JSON"),
        (b"PK\x03\x04 and then nothing", "danificado"),
        (bytes(range(256)) * 20, "nem um texto"),
        (b"sku;data da venda;quantidade\n1;01/02/2026;\x00\x00\n", "nem um texto"),
        ("sku;descrição\n1;ação\n".encode() + "2;pátina\n".encode("cp1252"), "duas codificações"),
        (b'sku;descricao\n1;"sem fim\n2;x\n', "aspas"),
        (b'sku;descricao\n1;"2" tubo\n', "aspas"),
        (b"sku;descricao\n1;" + b"x" * (MAX_FIELD + 1) + b"\n", "caracteres"),
        (b"um texto qualquer\nsem tabela\n", "cabeçalho"),
    ],
)
def test_wrong_files_are_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_bytes(content)
    assert words in refusal.value.message_pt


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nada.csv"):
        with pytest.raises(FileRefused):
            sniff(path)


def zip_of(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zip_of(**{"vendas.csv": b"sku"}), "compactado"),
        (zip_of(**{"word/document.xml": b"<a/>"}), "Word"),
        (zip_of(**{"content.xml": b"<a/>"}), "LibreOffice"),
        (zip_of(**{"xl/workbook.bin": b"x"}), "xlsb"),
        (zip_of(**{"xl/workbook.xml": b"<workbook", "xl/_rels/workbook.xml.rels": b"<a/>"}), "danificada"),
    ],
)
def test_other_zips(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_bytes(content, name="arquivo.xlsx")
    assert words in refusal.value.message_pt


def bomb(size: int) -> bytes:
    return zip_of(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": bytes(size)})


@pytest.mark.parametrize("size", [120 * MIB, 27 * MIB])
def test_a_zip_bomb_is_refused_by_its_directory_alone(size: int, tmp_path: Path) -> None:
    path = tmp_path / "bomba.xlsx"
    path.write_bytes(bomb(size))
    started = time.process_time()
    with pytest.raises(FileRefused, match="not a table"):
        sniff(path)
    assert time.process_time() - started < 0.1  # I1: within 100 ms


def test_a_zip_with_a_huge_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    content = bytearray(zip_of(**{"xl/workbook.xml": b"<workbook/>"}))
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<L", content, end + 12, 50 * MIB)
    path = tmp_path / "indice.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refusal:
        sniff(path)
    assert "entradas demais" in refusal.value.message_pt


@pytest.mark.parametrize(
    ("kind", "content", "bad"),
    [
        ("sales", "sku;data da venda;quantidade\n1;31/02/2026;2\n", (2, "data da venda", "31/02/2026")),
        ("sales", "sku;data da venda;quantidade\n\n1;01/02/2026;-2\n", (3, "quantidade", "-2")),
        ("sales", "sku;data da venda;quantidade\n;01/02/2026;2\n", (2, "sku", "")),
        ("sales", "sku;data da venda;quantidade\n1;01/02/2026;1,5,2\n", (2, "quantidade", "1,5,2")),
        ("sales", "sku,data da venda,quantidade\n1,01/02/2026,2,5\n", (2, "(linha)", "4")),
        ("sales", "sku;data da venda;quantidade\n1;01/02/9999;2\n", (2, "data da venda", "01/02/9999")),
        ("sales", "sku;data da venda;quantidade\n1;01/02/2026;1e308\n", (2, "quantidade", "1e308")),
        ("sales", "sku;data da venda;quantidade\n1;01/02/2026;NaN\n", (2, "quantidade", "NaN")),
        ("sales", "sku;data da venda;quantidade\n1;01/02/2026;1.500\n", (2, "quantidade", "1.500")),
        ("stock", "sku;estoque;reservado\n1;3;-2\n", (2, "reservado", "-2")),
        ("stock", "sku;estoque\n1;3\n1;4\n", (3, "sku", "1")),
        ("suppliers", "nome;cnpj\nA;11.222.333/0001-82\n", (2, "cnpj", "11.222.333/0001-82")),
        ("suppliers", "nome;uf\nA;XX\n", (2, "uf", "XX")),
        ("promotions", "sku;início;fim\n1;02/12/2026;01/12/2026\n", (2, "fim", "2026-12-01")),
        ("orders", "pedido;fornecedor;sku;quantidade;data do pedido\n1;A;1;0;01/02/2026\n", (2, "quantidade", "0")),
    ],
)
def test_a_bad_row_is_named_by_row_column_and_value(kind: Kind, content: str, bad: tuple[int, str, str]) -> None:
    read = read_text(content, kind)
    assert [(error.row, error.column, error.value) for error in read.bad] == [bad]
    assert read.bad[0].reason
    assert read.rows == [] or all(row.row < bad[0] for row in read.rows)


def test_a_long_list_of_bad_rows_is_cut_and_counted() -> None:
    lines = "".join(f"{i};ontem;1\n" for i in range(MAX_ROW_ERRORS + 7))
    read = read_text(f"sku;data da venda;quantidade\n{lines}", "sales")
    assert (len(read.bad), read.more) == (MAX_ROW_ERRORS, 7)


def test_a_long_cell_is_shortened_in_the_list() -> None:
    read = read_text(f"sku;data da venda;quantidade\n1;{'9' * 5000};1\n", "sales")
    assert len(read.bad[0].value) <= 60
