"""Files sent over HTTP beside a running server: looked at, loaded, told in every tab; and what is refused."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from reposto.app.settings import load_settings
from reposto.conversation.uploads import MAX_BYTES
from reposto.storage.engine import Store
from tests.support import company
from tests.support.api import Api, make_token
from tests.support.logins import PASSWORD, run
from tests.support.processes import ServerProcess
from tests.support.tabs import Tab

PATIENCE_S = 120  # a second alone; each job starts processes, on a machine that tests beside us
pytestmark = pytest.mark.xdist_group("uploads")

PRODUCTS = "SKU;Descrição;Unidade;Cor\n00123;Chapa MDF;UN;azul\n00124;Cola;KG;\n".encode()
SALES = b"SKU;Data da venda;Quantidade\n00123;16/11/2026;3\n00124;16/11/2026;1,5\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("uploads") / "home"
    company.fill(home)
    for name, role in (("vera", "viewer"), ("bruno", "buyer")):
        assert run(home, "user", "add", name, "--role", role, stdin=f"{PASSWORD}\n").returncode == 0
    with ServerProcess(home) as server:
        yield server


@pytest.fixture
def buyer(server: ServerProcess) -> Iterator[Api]:
    with Api(server.url, make_token(server.home)) as api:
        yield api


def send(api: Api, name: str, data: bytes) -> httpx.Response:
    return api.call("POST", "/api/uploads", content=data, headers={"X-File-Name": quote(name)})


def sent(api: Api, name: str, data: bytes, **about: Any) -> dict[str, Any]:
    response = send(api, name, data)
    assert response.status_code == 201, response.text
    return {"upload": response.json()["id"], **about}


def look(api: Api, *files: dict[str, Any]) -> list[dict[str, Any]]:
    response = api.call("POST", "/api/imports/preview", json={"files": list(files)}, timeout=PATIENCE_S)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["files"]
    return found


def load(api: Api, session: int, client_id: str, *files: dict[str, Any]) -> httpx.Response:
    body = {"client_id": client_id, "files": list(files)}
    return api.call("POST", f"/api/chat/sessions/{session}/imports", json=body, timeout=PATIENCE_S)


def count(server: ServerProcess, query: str) -> int:
    store = Store(load_settings(server.home).url)
    try:
        with store.read() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())
    finally:
        store.close()


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_files_that_need_each_other_are_looked_at_then_loaded_once_and_told(server: ServerProcess, buyer: Api) -> None:
    files = [sent(buyer, "vendas.csv", SALES), sent(buyer, "produtos.csv", PRODUCTS)]
    products, sales = look(buyer, *files)
    assert (products["kind"], sales["kind"]) == ("products", "sales")
    assert (products["changes"][0]["inserted"], sales["changes"][0]["inserted"]) == (2, 2)
    assert products["ignored"] == ["Cor"]
    assert count(server, "SELECT count(*) FROM products WHERE sku LIKE '0012%'") == 0  # a look stores nothing
    session = buyer.open_session()

    async def watch() -> list[dict[str, Any]]:
        tab = Tab(server.url, buyer.token, session, after=0)
        running = asyncio.create_task(tab.run())
        await asyncio.wait_for(tab.ready.wait(), 10)
        with ThreadPoolExecutor(4) as presses:
            done = list(presses.map(lambda _: load(buyer, session, "one-press", *files), range(4)))
        assert sorted(answer.status_code for answer in done) == [200, 200, 200, 201], [a.text for a in done]
        assert len({answer.json()["id"] for answer in done}) == 1
        for _ in range(100):
            if len(tab.messages) == 2:
                break
            await asyncio.sleep(0.05)
        await tab.leave()
        await running
        return [tab.messages[seq] for seq in sorted(tab.messages)]

    asked, told = asyncio.run(watch())
    assert (asked["sender"], asked["content"]) == ("human", "Importar produtos.csv, vendas.csv")
    assert told["metadata"]["type"] == "import_result"
    assert told["metadata"]["in_reply_to"] == asked["seq"]
    assert "Importei **2 arquivos**" in told["content"]
    assert "produtos.csv (produtos): 2 novos" in told["content"]
    assert count(server, "SELECT count(*) FROM imports WHERE file_name = 'vendas.csv'") == 1
    assert count(server, "SELECT count(*) FROM uploads") == 0
    assert count(server, "SELECT count(*) FROM upload_pieces") == 0
    assert run(server.home, "check").returncode == 0
    again = [sent(buyer, "produtos.csv", PRODUCTS)]
    assert "nada mudou" in load(buyer, session, "another-press", *again).json()["content"]
    question = buyer.ask(session, "Qual a demanda da Chapa MDF?")  # known to the server at once
    assert question.json()["metadata"]["sku"] == "00123"
    metrics = buyer.call("GET", "/metrics").text
    assert 'reposto_import_rows_total{kind="sales"} 2.0' in metrics


def test_who_only_looks_may_not_send(server: ServerProcess) -> None:
    with Api(server.url, run(server.home, "token", "--user", "vera").stdout.strip()) as vera:
        assert send(vera, "produtos.csv", PRODUCTS).status_code == 403
        assert vera.call("POST", "/api/imports/preview", json={"files": [{"upload": "x"}]}).status_code == 403
        session = vera.open_session()
        assert load(vera, session, "x", {"upload": "x"}).status_code == 403
    with Api(server.url, "nobody") as nobody:
        assert send(nobody, "produtos.csv", PRODUCTS).status_code == 401


def test_files_and_conversations_of_others_do_not_exist(server: ServerProcess, buyer: Api) -> None:
    mine = sent(buyer, "produtos.csv", PRODUCTS)
    with Api(server.url, run(server.home, "token", "--user", "bruno").stdout.strip()) as bruno:
        assert bruno.call("POST", "/api/imports/preview", json={"files": [mine]}).status_code == 404
        his = sent(bruno, "produtos.csv", PRODUCTS)
        assert load(bruno, buyer.open_session(), "x", his).status_code == 404
        bruno.call("DELETE", f"/api/uploads/{mine['upload']}")
    assert look(buyer, mine)[0]["kind"] == "products"  # still there
    assert buyer.call("DELETE", f"/api/uploads/{mine['upload']}").status_code == 204
    assert buyer.call("POST", "/api/imports/preview", json={"files": [mine]}).status_code == 404


def test_a_refused_file_says_where_and_the_others_still_can_go(server: ServerProcess, buyer: Api) -> None:
    bad = sent(buyer, "vendas.csv", b"SKU;Data da venda;Quantidade\n00999;31/02/2026;3\n00123;16/11/2026;-2\n")
    good = sent(buyer, "estoque.csv", b"SKU;Saldo atual\n001;7\n")
    reports = {report["name"]: report for report in look(buyer, bad, good)}
    problem = reports["vendas.csv"]["problem"]
    assert {(row["row"], row["column"]) for row in problem["rows"]} >= {(2, "Data da venda"), (3, "Quantidade")}
    assert reports["estoque.csv"]["problem"] is None
    session = buyer.open_session()
    refused = load(buyer, session, "both", bad, good)
    assert (refused.status_code, buyer.history(session)) == (422, [])
    assert "nada foi gravado" in refused.json()["detail"]
    assert load(buyer, session, "good", good).status_code == 201


def test_what_cannot_be_told_is_asked(buyer: Api) -> None:
    table = sent(buyer, "arquivo.csv", b"sku;data;quantidade\n001;16/11/2026;3\n")
    problem = look(buyer, table)[0]["problem"]
    assert (problem["ask"], set(problem["kinds"]) >= {"sales", "stock"}) == ("kind", True)
    assert "--kind" not in problem["sentence"]
    assert look(buyer, {**table, "kind": "sales"})[0]["problem"] is None
    body = {"files": [{**table, "kind": "gatos"}]}
    assert buyer.call("POST", "/api/imports/preview", json=body).status_code == 422


def test_each_sheet_of_a_workbook_can_be_taken(buyer: Api) -> None:
    book = workbook(
        Leia=[["Relatório de novembro"]],
        Produtos=[["SKU", "Descrição", "Unidade"], ["X1", "Parafuso", "UN"]],
        Vendas=[["SKU", "Data da venda", "Quantidade"], ["X1", "16/11/2026", 4]],
    )
    file = sent(buyer, "tudo.xlsx", book)
    found = look(buyer, file)[0]
    assert (found["sheet"], found["sheets"]) == ("Produtos", ["Produtos", "Vendas"])
    both = look(buyer, {**file, "sheet": "Vendas"}, {**file, "sheet": "Produtos"})
    assert [(report["kind"], report["problem"]) for report in both] == [("products", None), ("sales", None)]
    assert look(buyer, {**file, "sheet": "Nada"})[0]["problem"] is not None


HOSTILE = {
    "empty.csv": b"\0 ",
    "nota.pdf": b"%PDF-1.7 x",
    "velho.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "pagina.xls": b"<html><table></table></html>",
    "solto.xml": b"<?xml version='1.0'?><nada/>",
    "lixo.zip": b"PK\x03\x04 not a zip at all",
    "lixo.bin": bytes(range(256)) * 40,
}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 20_000_000)
    return out.getvalue()


def test_what_is_no_table_is_refused_with_a_sentence(server: ServerProcess, buyer: Api) -> None:
    files = [sent(buyer, name, data) for name, data in (HOSTILE | {"bomba.xlsx": bomb()}).items()]
    for report in look(buyer, *files):
        sentence = report["problem"]["sentence"]
        assert sentence, report
        assert "Traceback" not in sentence
    assert buyer.call("GET", "/health/ready").status_code == 200
    assert send(buyer, "vazio.csv", b"").status_code == 422


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\vendas.csv", "vendas.csv"),
        ("a\0b\r\n\u202ec.csv", "ab c.csv"),
        ("..", "arquivo"),
        ("", "arquivo"),
        ("😀" * 200 + ".xlsx", "😀" * 38 + ".xlsx"),
        ("[x](javascript:alert(1)).csv", "[x](javascript:alert(1)).csv"),
    ],
)
def test_hostile_names(buyer: Api, written: str, kept: str) -> None:
    response = send(buyer, written, PRODUCTS)
    assert (response.status_code, response.json()["name"]) == (201, kept)
    file = {"upload": response.json()["id"], "kind": "products"}
    assert look(buyer, file)[0]["problem"] is None
    told = load(buyer, buyer.open_session(), "x", file).json()["content"]
    assert "](javascript" not in told.replace("\\](", "")


def test_too_large_is_refused_before_it_is_read(server: ServerProcess, buyer: Api) -> None:
    before = count(server, "SELECT count(*) FROM uploads")
    host = server.url.removeprefix("http://")
    line = http.client.HTTPConnection(host, timeout=30)
    line.putrequest("POST", "/api/uploads")
    for name, value in (("Authorization", f"Bearer {buyer.token}"), ("Content-Length", str(MAX_BYTES + 1))):
        line.putheader(name, value)
    line.endheaders()
    answer = line.getresponse()
    assert (answer.status, "32 MB" in json.load(answer)["detail"]) == (413, True)
    line.close()
    assert count(server, "SELECT count(*) FROM uploads") == before


def test_a_cookie_without_the_page_sends_nothing(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url, trust_env=False, follow_redirects=True) as browser:
        browser.get(run(server.home, "link").stdout.strip().removeprefix(server.url))
        headers = {"X-File-Name": "x.csv", "Origin": server.url}
        assert browser.post("/api/uploads", content=PRODUCTS, headers=headers).status_code == 403
        headers["X-CSRF-Token"] = browser.get("/api/me").json()["csrf"]
        assert browser.post("/api/uploads", content=PRODUCTS, headers=headers).status_code == 201
        foreign = headers | {"Origin": "https://evil.example"}
        assert browser.post("/api/uploads", content=PRODUCTS, headers=foreign).status_code == 403


def test_a_template_can_be_taken(buyer: Api) -> None:
    found = buyer.call("GET", "/api/imports/template?kind=sales")
    assert found.text.startswith("\ufeffsku;")
    assert buyer.call("GET", "/api/imports/template?kind=gatos").status_code == 422


def test_what_stays_is_forgotten_after_a_day(tmp_path: Path) -> None:
    from datetime import timedelta

    from reposto.app.access import ensure_local_user
    from reposto.conversation import uploads
    from reposto.model.clock import utc_now
    from reposto.storage.engine import sqlite_url
    from reposto.storage.schema import migrate

    store = Store(sqlite_url(tmp_path / "reposto.sqlite"))
    migrate(store)
    user = ensure_local_user(store, "pt-BR").id
    old = uploads.open_upload(store, user, "a.csv", now=utc_now() - uploads.KEPT_FOR - timedelta(minutes=1))
    uploads.add_piece(store, old, 0, b"abc")
    uploads.open_upload(store, user, "b.csv", now=utc_now())
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM uploads").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM upload_pieces").scalar() == 0
    store.close()
