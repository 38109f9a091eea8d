"""`reposto alias`: the company's own words for its products, seen and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)
Home = Annotated[Path | None, typer.Option(help="Pasta do banco de dados e dos arquivos enviados.")]

SOURCES = {"choice": "escolhido numa lista", "correction": "corrigido", "told": "ensinado"}


@app.command("list")
def show(home: Home = None) -> None:
    """Mostra os apelidos, com quem os ensinou e quando."""
    from reposto.conversation.aliases import list_aliases
    from reposto.delivery.wire import local_time

    rows = list_aliases(_open(home))
    for alias in rows:
        asked = " (há mais de um: pergunta)" if alias.shared else ""
        taught = f"{SOURCES[alias.source]} por {alias.user or '?'} em {local_time(alias.created_at)[:10]}"
        print(f"{alias.id}\t{alias.text}\t{alias.sku}\t{alias.name}\t{taught}{asked}")
    if not rows:
        print("nenhum apelido")


@app.command()
def remove(
    alias_id: Annotated[int, typer.Argument(help="Número, como em `reposto alias list`.")], home: Home = None
) -> None:
    """Esquece um apelido; um servidor que esteja rodando sabe disso na próxima pergunta."""
    from reposto.conversation.aliases import remove_alias

    remove_alias(_open(home), alias_id)
    print("apelido esquecido")


@app.command()
def add(
    text: Annotated[str, typer.Argument(help="As palavras.")],
    sku: Annotated[str, typer.Argument(help="O código do produto.")],
    home: Home = None,
) -> None:
    """Ensina um apelido."""
    from reposto.app.access import ensure_local_user
    from reposto.app.settings import load_settings
    from reposto.conversation.aliases import add_alias
    from reposto.conversation.catalogue import Catalogue
    from reposto.model.clock import utc_now

    store = _open(home)
    user = ensure_local_user(store, load_settings(home).locale)
    add_alias(store, Catalogue(store), text=text, sku=sku, user_id=user.id, now=utc_now())
    print(f"{text}: {sku}")


def _open(home: Path | None):  # type: ignore[no-untyped-def]
    from reposto.app.cli import _open, _prepare

    return _open(_prepare(home))
