"""Which columns each kind of file has, by what names ERPs and people call them, and how their cells are read.

Names are compared by `header_key`. `strong` names say by themselves what they are ("data da venda"); `weak` ones could
stand in another kind of file too ("data"). Order matters: the first name that the header has is taken.
Sources of the names: Bling's and Olist's product exports, Protheus' tables SB1, SB2, SD1, SD2, SA2, SC7, and usage.
"""

from __future__ import annotations

from reposto.intake import values as v
from reposto.intake.field import QUANTITY as _QUANTITY
from reposto.intake.field import Field
from reposto.intake.field import field as _field
from reposto.intake.field import sku_field as _sku
from reposto.intake.fields_selling import SELLING
from reposto.intake.rows import Kind


def _supplier(*, required: bool = True) -> Field:
    strong = "cnpjfornecedor cnpjdofornecedor fornecedor nomefornecedor nomedofornecedor c7fornece"
    weak = "cnpj razaosocial supplier"
    return _field(
        "supplier", "fornecedor", v.supplier, strong, weak, required=required, example="Madeireira Vale Verde Ltda"
    )


def _price(*, required: bool) -> Field:
    strong = (
        "precounitario valorunitario vlrunitario precounit valorunit custounitario precodecompra precocompra"
        " precofornecedor precodecusto custo c7preco d1vunit vuncom unitprice"
    )
    parse = v.amount(least=v.PRICE_STEP)
    return _field("unit_price", "preço unitário", parse, strong, "preco valor", required=required, example="12,50")


_ACTIVE = _field("active", "situação", v.flag, "situacao ativo status", example="Ativo")
_NUMBER = (
    "numerodopedido numeropedido nodopedido ndopedido npedido nopedido nrpedido numpedido nropedido pedidodecompra"
    " ordemdecompra numerodaordem numeroordem pedidocompra ordercompra c7num d1pedido"
)
_LINE = "itemdopedido itempedido linhadopedido linha sequencia seq c7item d1itempc"

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "suppliers": (
        _field(
            "name",
            "razão social",
            v.text(300),
            "razaosocial nomefornecedor nomedofornecedor fornecedor nomerazaosocial a2nome",
            "nome",
            required=True,
            example="Madeireira Vale Verde Ltda",
        ),
        _field("cnpj", "cnpj", v.cnpj, "cnpj cnpjcpf cpfcnpj cnpjfornecedor cnpjdofornecedor cgc a2cgc", example=""),
        _field(
            "trade_name", "nome fantasia", v.text(300), "fantasia nomefantasia apelido a2nreduz", example="Vale Verde"
        ),
        _field("city", "cidade", v.text(120), "cidade municipio a2mun", example="Curitiba"),
        _field("state", "uf", v.state, "uf estado a2est", example="PR"),
        _field("email", "e-mail", v.text(200), "email emailfornecedor a2email", example="vendas@valeverde.example"),
        _field("phone", "telefone", v.text(40), "telefone fone tel celular a2tel", example="(41) 3333-0000"),
        _field(
            "minimum_order",
            "pedido mínimo",
            v.amount(),
            "pedidominimo valorminimo valorpedidominimo pedidominimovalor faturamentominimo minimodefaturamento",
            example="500,00",
        ),
        _ACTIVE,
        _field(
            "free_freight_from",
            "frete grátis a partir de",
            v.amount(),
            "fretegratisapartirde fretegratis fretegratisacimade pedidoparafretegratis fretecifapartirde cifapartirde"
            " valorfretegratis freefreightfrom",
            example="3.000,00",
        ),
    ),
    "products": (
        _sku("b1cod"),
        _field(
            "name",
            "descrição",
            v.text(300),
            "descricao descricaodoproduto descricaoproduto nomedoproduto nomeproduto nome b1desc xprod",
            "produto item",
            required=True,
            example="Chapa MDF 15 mm branca",
        ),
        _field(
            "unit", "unidade", v.unit, "unidade un und um unid b1um ucom unidadedemedida unidademedida", example="CH"
        ),
        _field(
            "category",
            "categoria",
            v.text(120),
            "categoriadoproduto categoria grupodeprodutos grupodoproduto grupo familia departamento b1grupo",
            example="Chapas",
        ),
        _field("brand", "marca", v.text(120), "marca fabricante", example="Duratex"),
        _field(
            "ean", "ean", v.ean, "gtinean ean gtin ean13 codigodebarras codigobarras codbarras b1codbar", example=""
        ),
        _field("ncm", "ncm", v.digits(12), "ncm codigoncm classificacaofiscal b1posipi", example="44111390"),
        _field(
            "supplier_code",
            "cód. no fornecedor",
            v.code(120),
            "codnofornecedor codigonofornecedor codfornecedor codigofornecedor codigodofornecedor referenciafornecedor",
            example="VV-15B",
        ),
        _ACTIVE,
        _field(
            "shelf_life_days",
            "prazo de validade (dias)",
            v.whole(10_000),
            "prazodevalidadedias prazodevalidade prazodevalidadeemdias validadedias validadeemdias diasdevalidade"
            " vidautil vidautildias shelflife shelflifedays prateleira vidadeprateleira b1prvalid",
            "validade",
            example="",
        ),
    ),
    "stock": (
        _sku("b2cod"),
        _field(
            "on_hand",
            "estoque",
            v.on_hand,
            "estoque estoqueatual saldo saldoatual saldoestoque saldoemestoque saldodeestoque estoquefisico saldofisico"
            " emestoque qtdestoque qtdeestoque qtdemestoque quantidadeemestoque quantidadeestoque estoquetotal b2qatu",
            _QUANTITY,
            required=True,
            example="40",
        ),
        _field(
            "reserved",
            "reservado",
            v.amount(),
            "reservado reserva estoquereservado qtdreservada quantidadereservada empenhado b2reserva",
            example="5",
        ),
        _field(
            "as_of",
            "data do saldo",
            v.day(),
            "datadosaldo datasaldo dataestoque datadoestoque datadaposicao posicaoem datainventario",
            "data",
            example="20/11/2026",
        ),
    ),
    **SELLING,
    "offers": (
        _supplier(),
        _sku(),
        _price(required=True),
        _field(
            "min_quantity",
            "a partir de",
            v.amount(),
            "apartirde quantidadeapartirde faixa faixade qtdfaixa quantidadedafaixa faixaquantidade",
            f"quantidademinima qtdminima qtdmin {_QUANTITY}",
            example="1",
        ),
        _field(
            "moq", "moq", v.amount(), "moq lotemin loteminimo compraminima quantidademinimadecompra minimodecompra b1lm"
        ),
        _field(
            "pack_multiple",
            "múltiplo",
            v.amount(),
            "multiplo multiplodeembalagem lotemultiplo multiplodecompra unidadesporcaixa unidadeporcaixa itenspcaixa"
            " qtdembalagem qtdporembalagem qtdporcaixa embalagem pack bzqe b1qe",
            example="1",
        ),
        _field(
            "promised_lead_time_days",
            "prazo de entrega (dias úteis)",
            v.whole(730),
            "prazodeentregadiasuteis prazodeentregadias prazodeentrega prazoentrega prazoentregadias leadtime"
            " diasdeentrega diasparaentrega entregadias b1pe",
            "prazo",
            example="10",
        ),
        _field(
            "valid_until",
            "validade",
            v.day("any"),
            "validade validoate validadedaproposta validadedacotacao validadeproposta validadedopreco",
            "vencimento",
            example="31/12/2026",
        ),
        _field(
            "quoted_on",
            "data da cotação",
            v.day(),
            "datadacotacao datacotacao cotadoem dataproposta datadaproposta",
            "data",
            example="10/11/2026",
        ),
        _field("freight_fixed", "frete", v.freight, "frete fretefixo valordofrete valorfrete", example="80,00"),
        _field(
            "freight_percent", "frete %", v.percent(), "fretepct pctfrete percentualfrete fretepercentual", example="0"
        ),
        _field("ipi_percent", "ipi %", v.percent(400), "ipi ipipct pctipi aliquotaipi percentualipi", example="5"),
        _field("icms_percent", "icms %", v.percent(), "icms icmspct pcticms aliquotaicms percentualicms", example="12"),
        _field(
            "icms_st_percent",
            "icms st %",
            v.percent(400),
            "icmsst icmsstpct pcticmsst st stpct aliquotaicmsst",
            example="0",
        ),
        _field(
            "payment_terms",
            "condição de pagamento",
            v.payment_terms,
            "condicaodepagamento condicaopagamento condpagamento condpagto prazodepagamento prazopagamento pagamento"
            " c7cond",
            example="28/42/56",
        ),
    ),
    "orders": (
        _field("number", "nº do pedido", v.code(60), _NUMBER, "pedido numero oc ordem", required=True, example="1042"),
        _supplier(),
        _sku("c7produto"),
        _field(
            "quantity",
            "quantidade",
            v.amount(least=v.UNIT_STEP),
            "quantidadepedida qtdpedida qtdepedida quantpedida c7quant",
            _QUANTITY,
            required=True,
            example="100",
        ),
        _field(
            "ordered_on",
            "data do pedido",
            v.day(),
            "datadopedido datapedido datadacompra datacompra pedidoem c7emissao",
            "data emissao dataemissao datadeemissao",
            required=True,
            example="03/11/2026",
        ),
        _price(required=False),
        _field(
            "expected_on",
            "previsão de entrega",
            v.day("any"),
            "previsaodeentrega previsaoentrega previsao dataprevista dataprevisao entregaprevista datadeentrega"
            " dataentrega prometidopara c7datprf",
            example="17/11/2026",
        ),
        _field(
            "status", "situação", v.order_status, "situacao situacaodopedido status statusdopedido", example="enviado"
        ),
        _field("line", "linha", v.whole(100_000), _LINE, example="1"),
    ),
    "receipts": (
        _field("order_number", "nº do pedido", v.code(60), _NUMBER, "pedido oc ordem", required=True, example="1042"),
        _sku("d1cod"),
        _field(
            "received_on",
            "data do recebimento",
            v.day(),
            "datadorecebimento datarecebimento datadeentrada dataentrada recebidoem dtentrada dtrecebimento d1dtdigit",
            "data",
            required=True,
            example="18/11/2026",
        ),
        _field(
            "quantity",
            "quantidade recebida",
            v.amount(least=v.UNIT_STEP),
            "quantidaderecebida qtdrecebida qtderecebida quantrecebida d1quant",
            _QUANTITY,
            required=True,
            example="100",
        ),
        _field(
            "document",
            "nota fiscal",
            v.code(60),
            "notafiscal nf nfe numeronf numerodanota numeronota numerodanf nota documento d1doc",
            example="000123",
        ),
        _price(required=False),
        _field("line", "linha", v.whole(100_000), _LINE, example="1"),
    ),
    "prices": (
        _sku(),
        _field(
            "seen_on",
            "data do preço",
            v.day(),
            "datadopreco datapreco vistoem datadacotacao datacotacao",
            "data",
            required=True,
            example="10/11/2026",
        ),
        _price(required=True),
        _supplier(required=False),
        _field("quantity", "quantidade", v.amount(least=v.UNIT_STEP), "", _QUANTITY, example="100"),
    ),
}
