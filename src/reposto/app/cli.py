"""The command line: `reposto serve`, `demo`, `import`, `company`, `user`, `token`, `link`, `ask`, …"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from reposto.app.alias_cli import app as alias_app
from reposto.app.logs import configure_logs
from reposto.app.settings import Settings, load_settings
from reposto.model.errors import FileRefused, RepostoError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
user_app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(invoke_without_command=True)
app.add_typer(user_app, name="user", help="Usuários.")
app.add_typer(token_app, name="token")
app.add_typer(alias_app, name="alias", help="Apelidos de produtos.")

Home = Annotated[Path | None, typer.Option(help="Pasta do banco de dados e dos arquivos enviados.")]
EXIT_REFUSED = 2


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Endereço em que atender.")] = None,
    port: Annotated[int | None, typer.Option(help="Porta em que atender (0 = qualquer uma livre).")] = None,
    home: Home = None,
    processes: Annotated[
        int | None, typer.Option(help="Processos da API (mais de um precisa de PostgreSQL e Redis).")
    ] = None,
) -> None:
    """Atende a página, a API e, embutidos, os processos de análise."""
    from reposto.app.server import serve as run

    settings = load_settings(home, host=host, port=port, processes=processes)
    configure_logs(settings.log_level, settings.log_format)
    run(settings, say=lambda line: print(line, flush=True))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def worker(
    context: typer.Context,
    concurrency: Annotated[int | None, typer.Option(min=1, max=64, help="Processos de análise.")] = None,
    queues: Annotated[str | None, typer.Option(help="interactive, bulk ou ambas: interactive,bulk.")] = None,
    autoscale: Annotated[str | None, typer.Option(help="máximo,mínimo de processos, como 8,2.")] = None,
    max_tasks_per_child: Annotated[int | None, typer.Option(min=1, help="Depois, o processo é trocado.")] = None,
    max_memory_per_child: Annotated[int | None, typer.Option(min=1, help="KiB; acima, é trocado.")] = None,
    home: Home = None,
) -> None:
    """Faz análises nesta máquina, quando há um broker; outras opções vão para o Celery como estão."""
    from reposto.app.worker_cli import run_worker_command

    names = ("concurrency", "queues", "autoscale", "max_tasks_per_child", "max_memory_per_child")
    given = {name: context.params[name] for name in names if context.params[name] is not None}
    run_worker_command(home, given, context.args)


@app.command()
def demo(home: Home = None) -> None:
    """Carrega a empresa de demonstração; uma segunda vez não muda nada."""
    from reposto.app.demo_cli import run_demo

    settings = _prepare(home)
    print(run_demo(_open(settings)))


@app.command("import")
def import_files(
    files: Annotated[list[Path] | None, typer.Argument(help="Arquivos CSV, XLSX, NF-e em XML ou ZIP.")] = None,
    kind: Annotated[str | None, typer.Option(help="products, stock, sales, suppliers, offers, orders…")] = None,
    dry_run: Annotated[bool, typer.Option(help="Só confere, não grava.")] = False,
    template: Annotated[str | None, typer.Option(help="Mostra um modelo: vendas, produtos, estoque…")] = None,
    received_on: Annotated[str | None, typer.Option(help="Dia em que chegou a mercadoria das NF-e.")] = None,
    cnpj: Annotated[str | None, typer.Option(help="O da sua empresa, uma vez: NF-e dela são vendas.")] = None,
    home: Home = None,
) -> None:
    """Carrega os arquivos da empresa: inteiros, ou nada."""
    from reposto.app.import_cli import print_template, run_import

    if template is not None:
        print_template(template)
        return
    if not files:
        _stop("Diga que arquivos carregar, ou veja um modelo com --template vendas.")
    settings = _prepare(home)
    store = _open(settings)
    code = run_import(store, files, kind=kind, dry_run=dry_run, received_on=received_on, own_cnpj=cnpj)
    raise typer.Exit(code)


@app.command()
def company(
    name: Annotated[str | None, typer.Option(help="Nome da empresa.")] = None,
    city: Annotated[str | None, typer.Option(help="Cidade.")] = None,
    state: Annotated[str | None, typer.Option(help="UF: decide os feriados.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Fuso horário, como America/Sao_Paulo.")] = None,
    service_level: Annotated[float | None, typer.Option(help="% dos ciclos sem falta, como 95.")] = None,
    margin: Annotated[float | None, typer.Option(help="% sobre o custo de compra: o que custa perder a venda.")] = None,
    holding_cost: Annotated[float | None, typer.Option(help="% ao ano que custa ter estoque.")] = None,
    order_cost: Annotated[float | None, typer.Option(help="R$ que custa fazer um pedido.")] = None,
    money_cost: Annotated[float | None, typer.Option(help="% ao mês que custa o dinheiro.")] = None,
    dead_stock_days: Annotated[int | None, typer.Option(help="Dias sem vender até o estoque estar encalhado.")] = None,
    dead_stock_loss: Annotated[float | None, typer.Option(help="% do custo que se perde no encalhado.")] = None,
    review_days: Annotated[int | None, typer.Option(help="De quantos em quantos dias se revê as compras.")] = None,
    unmet_demand: Annotated[str | None, typer.Option(help="lost (venda perdida) ou backorder (espera).")] = None,
    tax_regime: Annotated[str | None, typer.Option(help="simples, presumido ou real.")] = None,
    activity: Annotated[str | None, typer.Option(help="commerce ou industry: só a indústria recupera o IPI.")] = None,
    internal_icms: Annotated[
        float | None, typer.Option(help="Simples: % de ICMS que o estado completa em compras de fora; 0 = não cobra.")
    ] = None,
    cbs: Annotated[float | None, typer.Option(help="% da CBS, que vale a partir de 2027.")] = None,
    holidays: Annotated[str | None, typer.Option(help="Feriados da cidade: 25/01, 08/12, 20/04/2027.")] = None,
    home: Home = None,
) -> None:
    """Mostra as regras da empresa, depois de mudar as que forem dadas."""
    from reposto.app.company_cli import run_company

    given = {k: v for k, v in locals().items() if v is not None and k not in ("home", "run_company")}
    for line in run_company(_open(_prepare(home)), given):
        print(line)


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Nome.")],
    role: Annotated[str, typer.Option(help="viewer, buyer, manager ou admin.")] = "buyer",
    locale: Annotated[str, typer.Option(help="pt-BR ou en.")] = "pt-BR",
    home: Home = None,
) -> None:
    """Cria um usuário com senha (lida do terminal, ou da entrada padrão se não for um terminal)."""
    from reposto.app.access import ROLES
    from reposto.app.access import add_user as add

    settings = _prepare(home)
    if role not in ROLES or locale not in ("pt-BR", "en"):
        _stop("role: viewer, buyer, manager ou admin; locale: pt-BR ou en.")
    user = add(_open(settings), name, _read_password(), role=role, locale=locale)
    print(f"usuário {user.name} criado")


@user_app.command("password")
def change_password(name: Annotated[str, typer.Argument(help="Nome.")], home: Home = None) -> None:
    """Troca a senha; quem entrou com a antiga sai."""
    from reposto.app.access import change_password as change

    change(_open(_prepare(home)), name, _read_password())
    print(f"senha de {name} trocada")


@user_app.command("disable")
def disable_user(name: Annotated[str, typer.Argument(help="Nome.")], home: Home = None) -> None:
    """Tira o acesso de um usuário, também o que está aberto; as conversas ficam."""
    from reposto.app.access import disable_user as disable

    disable(_open(_prepare(home)), name)
    print(f"usuário {name} sem acesso")


@token_app.callback()
def token(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="De quem; sem isso, o usuário local.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Por quantos dias vale.")] = 365,
    home: Home = None,
) -> None:
    """Imprime um token para `Authorization: Bearer`; `list` mostra os que há, `revoke` anula um."""
    if context.invoked_subcommand is not None:
        return
    from reposto.app.access import issue

    settings = _prepare(home)
    store = _open(settings)
    print(issue(store, _user(store, settings, user), "token", timedelta(days=days)))


@token_app.command("list")
def list_tokens(
    user: Annotated[str | None, typer.Option(help="Só os deste usuário.")] = None, home: Home = None
) -> None:
    """Mostra os tokens: o começo do resumo, de quem, desde quando, até quando."""
    from reposto.app.token_cli import print_tokens

    for line in print_tokens(_open(_prepare(home)), user):
        print(line)


@token_app.command("revoke")
def revoke_token(
    shown: Annotated[str, typer.Argument(help="Como mostrado por `reposto token list`.")], home: Home = None
) -> None:
    """Anula um token; o que está aberto por ele é fechado."""
    from reposto.app.access import revoke_token as revoke

    print(f"token de {revoke(_open(_prepare(home)), shown).user} anulado")


@app.command()
def check(home: Home = None) -> None:
    """Confere se os dados das conversas estão inteiros; o código de saída é 1 se não estão."""
    from reposto.app.invariants import check_everything, print_report

    report = check_everything(_open(_prepare(home)))
    for line in print_report(report):
        print(line)
    raise typer.Exit(1 if report.violations else 0)


@app.command()
def link(
    user: Annotated[str | None, typer.Option(help="De quem; sem isso, o usuário local.")] = None,
    base: Annotated[str | None, typer.Option(help="Endereço do proxy, como https://compras.example.com.")] = None,
    home: Home = None,
) -> None:
    """Imprime outro link de entrada, que vale uma vez."""
    from reposto.app.access import CODE_LIFE, issue
    from reposto.app.server import is_running

    settings = _existing(home)
    base = base or is_running(settings.home)
    if base is None:
        _stop("Nenhum servidor usa esta pasta; comece com `reposto serve`.")
    store = _open(settings)
    print(f"{base.rstrip('/')}/login?code={issue(store, _user(store, settings, user), 'code', CODE_LIFE)}")


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="Arquivo a gravar.")], home: Home = None) -> None:
    """Copia o banco de dados, mesmo com o servidor rodando."""
    from reposto.app.backup_cli import back_up

    print(back_up(_prepare(home), target))


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="Cópia a restaurar.")], home: Home = None) -> None:
    """Põe uma cópia no lugar do banco de dados (com o servidor parado)."""
    from reposto.app.backup_cli import restore as put_back

    print(put_back(_prepare(home), source))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A pergunta.")],
    as_json: Annotated[bool, typer.Option("--json", help="Imprime a mensagem do resultado como JSON.")] = False,
    home: Home = None,
) -> None:
    """Pergunta pelo terminal ao servidor que está rodando."""
    from reposto.app.ask_cli import ask_server
    from reposto.app.server import is_running

    settings = _existing(home)
    base = is_running(settings.home)
    if base is None:
        _stop("Nenhum servidor usa esta pasta; comece com `reposto serve` em outro terminal.")
    from reposto.app.access import ASK_LIFE, issue

    store = _open(settings)
    token_text = issue(store, _user(store, settings, None), "token", ASK_LIFE)
    raise typer.Exit(ask_server(base, token_text, question, as_json=as_json))


@app.command()
def understand(
    catalogue: Annotated[Path, typer.Option(help="CSV de produtos.")],
    questions: Annotated[Path, typer.Option(help="JSONL de perguntas.")],
    out: Annotated[Path, typer.Option(help="JSONL a escrever.")],
    suppliers: Annotated[Path | None, typer.Option(help="CSV de fornecedores.")] = None,
) -> None:
    """O que a camada de linguagem entende de cada pergunta, sem banco de dados."""
    from reposto.app.understand_cli import understand_file

    understand_file(catalogue, suppliers, questions, out)


@app.command()
def backtest(
    panel: Annotated[Path | None, typer.Option(help="CSV ou Parquet com unique_id, ds, y; sem ele, a empresa.")] = None,
    horizon: Annotated[int, typer.Option(help="Períodos à frente: dias, semanas ou meses, como no arquivo.")] = 28,
    origins: Annotated[int, typer.Option(help="Quantas datas passadas.")] = 6,
    learn: Annotated[bool, typer.Option(help="Com árvores, onde há LightGBM; minutos, não segundos.")] = True,
    compare: Annotated[bool, typer.Option(help="Também contra a statsforecast, se instalada.")] = True,
    plot: Annotated[Path | None, typer.Option(help="Grava o gráfico neste arquivo .svg.")] = None,
    home: Home = None,
) -> None:
    """Quão boas teriam sido as previsões, e quanto teria custado decidir por elas."""
    from reposto.app.backtest_cli import run_backtest

    store = _open(_prepare(home)) if panel is None else None
    print(run_backtest(store, panel, horizon, origins=origins, learn=learn, compare=compare, plot=plot))


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Senha", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _prepare(home: Path | None) -> Settings:
    settings = load_settings(home)
    configure_logs("warning", settings.log_format)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings


def _existing(home: Path | None) -> Settings:
    """For what makes no sense in a folder that isn't there: a mistyped one is not made, but named."""
    settings = load_settings(home)
    if not settings.home.is_dir():
        _stop(f"A pasta {settings.home} não existe. Confira o nome, ou comece uma com `reposto serve`.")
    return _prepare(home)


def _open(settings: Settings):  # type: ignore[no-untyped-def]
    from reposto.storage.engine import Store
    from reposto.storage.schema import migrate

    store = Store(settings.url)
    migrate(store)
    return store


def _user(store, settings: Settings, name: str | None):  # type: ignore[no-untyped-def]
    from reposto.app.access import ensure_local_user
    from reposto.storage import users

    if name is None:
        return ensure_local_user(store, settings.locale)
    with store.read() as connection:
        user = users.find_user(connection, name)
    if user is None:
        _stop(f"Não existe o usuário {name!r}; crie com `reposto user add {name}`.")
    return user


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


def main() -> None:
    """Entry point: errors are sentences, not stack traces."""
    try:
        app()
    except FileRefused as error:
        print(error.message_pt, file=sys.stderr)
        for row in error.rows:
            print(f"  linha {row.row}, {row.column}: {row.value!r}: {row.reason}", file=sys.stderr)
        sys.exit(EXIT_REFUSED)
    except RepostoError as error:
        print(error.message_pt, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
