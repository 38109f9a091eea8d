"""Portuguese as buyers type it: chat spellings, function words, the words questions are made of, ERP abbreviations.

Nothing here names a product. A word listed here never stands for a product by itself unless a catalogue has it too.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    entries = (entry.partition("=") for entry in text.split())
    return {short: full.replace("_", " ") for short, _, full in entries}


def _words_by_key(text: str) -> dict[str, tuple[str, ...]]:
    return {short: tuple(full.split()) for short, full in _pairs(text).items()}


# chat spelling -> standard spelling (accents already folded away)
SLANG: dict[str, str] = _pairs("""
    qto=quanto qtos=quantos qta=quanta qtas=quantas qnt=quanto qnts=quantos qts=quantos qtd=quantidade qtde=quantidade
    qdo=quando qnd=quando qndo=quando oq=o_que oque=o_que  pq=por_que pqe=por_que porque=por_que porq=por_que
    vc=voce vcs=voces ce=voce cê=voce tb=tambem tbm=tambem p=para pra=para pro=para pras=para pros=para prum=para
    q=que kd=cade ta=esta tao=estao to=estou tamo=estamos tava=estava nao=nao n=nao naum=nao num=nao
    hj=hoje amanha=amanha agr=agora prox=proximo proxs=proximos proxima=proximo proximas=proximos ult=ultimo ults=ultimos
    pf=por_favor pfv=por_favor pfvr=por_favor favor=favor obg=obrigado vlw=valeu tmj=valeu blz=beleza
    mto=muito mt=muito mta=muita msm=mesmo cmg=comigo td=tudo tds=todos dps=depois ate=ate
    forn=fornecedor fornec=fornecedor fornecs=fornecedores estoq=estoque estq=estoque est=estoque prev=previsao
    ped=pedido peds=pedidos cot=cotacao qualo=qual_o qq=qual_que quantu=quanto preca=preco vl=valor vlr=valor unit=unitario
    med=media cons=consumo disp=disponivel entr=entrega ent=entrega fim=fim dpto=deposito min=minimo max=maximo
    pgto=pagamento pagto=pagamento nf=nota nfe=nota vend=venda precizo=preciso presiso=preciso kero=quero quaro=quero
    dum=de_um duma=de_uma num=em_um numa=em_uma pruma=para
""")  # fmt: skip
for _ambiguous in ("p", "med", "n", "est", "dps", "mt", "ped", "max", "min", "ent", "unit", "num"):
    SLANG.setdefault(_ambiguous, SLANG.get(_ambiguous, _ambiguous))
# spellings that are also catalogue words (MED = a code prefix, MAX = a brand ...): read as slang only if no product has them
SHY_SLANG = _words("med n est dps mt ped max min ent unit num p prev fim to ta ce cons disp ult vl td")

FUNCTION = _words("""
    a o as os um uma uns umas de do da dos das em no na nos nas ao aos pelo pela pelos pelas por para com sem e ou que se
    d c p n
""")  # fmt: skip

# letters that name a size or a type when they follow a product's word
SIZE_LETTERS = frozenset("p m g u b c d".split())

CONJUNCTIONS = _words("e ou x versus vs mais")

# words that questions, orders and chatter are made of
CHAT = _words("""
    eh
    eu ele ela eles elas nos voce voces gente pessoal me te lhe mim comigo conosco meu minha meus minhas seu sua seus suas nosso nossa
    nossos nossas dele dela deles delas esse essa esses essas este esta estes estas isso isto aquele aquela aquilo aqueles aquelas
    desse dessa desses dessas deste desta disso nesse nessa neste nesta nisso desses daquele daquela naquele naquela mesmo mesma mesmos
    outro outra outros outras qual quais quem quanto quanta quantos quantas quando onde como cade cuja cujo porque
    ja ainda agora hoje ontem amanha depois antes sempre nunca aqui ai ali la logo entao tambem so somente apenas quase
    sim nao nem talvez ok beleza certo errado errada errados isso exato claro perfeito otimo fechado combinado positivo negativo
    muito muita muitos muitas pouco pouca mais menos maior menor melhor pior bem mal bom boa bons boas
    ate desde entre sobre contra durante dentro fora cada todo toda todos todas tudo nada algum alguma alguns algumas nenhum nenhuma
    tal vez vezes tipo assim ne viu pois senao caso embora enquanto mas porem aproximadamente cerca mesmo
    favor gentileza obrigado obrigada valeu agradeco desculpa desculpe perdao ops opa epa digo alias oi ola bom dia boa tarde noite
    prezado prezados prezada senhor senhora att atenciosamente abraco abracos grato grata amigo colega chefe mano cara porra caramba
    coisa coisas negocio troco produto produtos item itens material materiais mercadoria mercadorias artigo artigos insumo insumos
    marca marcas modelo modelos sabor sabores cor cores tamanho medida bitola versao codigo codigos cod sku ean gtin ncm referencia ref cest
    barras cadastro cadastrado cadastrada nome descricao ficha unidade unidades catalogo lista relacao listagem relatorio painel tabela
    estoque estoques saldo saldos deposito almoxarifado galpao loja lojas prateleira gondola armazem empresa sistema inventario contagem
    disponivel disponiveis disponibilidade quantidade quantidades qtd zerado zerada zerados zeradas falta faltas sobra sobras
    excesso excedente encalhado encalhada encalhados encalhadas encalhe parado parada parados paradas ocioso ociosa ociosos vencendo vencido
    validade giro gira giram girando demanda demandas consumo procura venda vendas saida saidas previsao previsoes media medio mensal
    semanal diaria diario anual historico historia tendencia sazonalidade sazonal evolucao grafico projecao estimativa acuracia precisao
    dia dias semana semanas mes meses ano anos quinzena quinzenas bimestre trimestre semestre hora horas minuto minutos periodo
    proximo proximos ultimo ultimos ultima ultimas passado passada seguinte atual atuais recente recentes corrente
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
    segunda terca quarta quinta sexta sabado domingo feira feriado natal pascoa carnaval
    preco precos valor valores custo custos cotacao cotacoes orcamento orcamentos desconto descontos promocao oferta ofertas
    caro cara caros barato barata baratos conta reais real mil dinheiro verba caixa grana gasto gastos despesa despesas total totais
    frete fretes imposto impostos icms ipi pis cofins st difal tributo tributos aliquota credito nota notas fiscal xml imposto
    fornecedor fornecedores vendedor distribuidor distribuidora atacado representante contato cnpj telefone email endereco cidade
    prazo prazos entrega entregas lead time atraso atrasos atrasado atrasada atrasados rapido rapida rapidos confiavel confiaveis pontual
    pagamento condicao condicoes parcela boleto minimo minima maximo maxima seguranca ponto reposicao ressuprimento lote economico
    compra compras pedido pedidos ordem ordens oc ocs requisicao solicitacao rascunho encomenda carrinho
    urgente urgentes urgencia prioridade prioritario importante ideal recomendado recomendada recomendacao sugestao sugestoes sugerido
    sugerida analise analises completa completo simulacao cenario risco riscos problema comparativo comparacao diferenca ranking curva classe
    abc xyz classificacao categoria grupo filtro politica cobertura ruptura rupturas margem lucro
    pdf excel planilha whatsapp zap word arquivo csv documento texto resumo visao geral
    limite data desconto tacada conferencia conferir motivo explicacao numero conta calculo formula base
    pendente pendentes aprovacao aprovado aberto abertos andamento status situacao pronto pronta
    igual idem tendo mesma quer dizer opcao opcoes primeiro primeira segundo terceiro terceira quarto quinto ultimo penultimo
    possivel provavel normal real reais oficial exata exato pedaco respeito relacao termos junto vista frente favor lugar vez hora gente
    suficiente bastante demais media alem baixo abaixo acima perto longe alto alta baixa altas recomendavel desse meia meio hoje 
    comprador diretor gerente equipe producao reuniao linha material cliente clientes alguem ninguem mundo
    burro burra lixo porcaria droga merda inferno saco inutil bosta lento ruim pessimo horrivel
    porta posto retirada tudo mesma embutido incluso inclusos incluindo financeiro mercado novo nova velho
    pena cima tempo duas dois tres transporte chuva estrada diretoria auditoria ferias reclamacao resto lado jeito modo parte caminho ideia
    verdade historia assunto palavra ajuda atencao responsavel setor area filial matriz obra casa galera turma rapaz moca minha patrao
    dono funcionario vendedor motorista turno expediente folga planejamento programacao campanha temporada epoca safra fase inicio meados
    fim final comeco metade dobro triplo restante pouquinho bocado monte cheio cheia vazio vazia aproximado confirmacao informacao
    informacoes dado dados detalhe detalhes parecer opiniao dica retorno resposta pergunta duvida questao solucao alternativa escolha
    decisao plano meta objetivo resultado resultados efeito caso casos exemplo acordo chance certeza necessidade vontade cuidado medo
    dificil facil simples rapidamente imediatamente antigo antiga proprio propria qualquer quaisquer varios varias diversos diversas ambos
    primeiramente finalmente inclusive exceto salvo conforme segundo mediante perante alem atraves devido quanto tanto tanta tantos tantas
    quase sequer ate mal mil cem cento milhao reaizinhos conto pila puta caralho cacete droga diabo raios pelamor deus ufa nossa eita vixe
    posicao variacao volume panorama termino autonomia critico criticos giro daqui quieto robo humano pessoa
    maquina inteligencia cadastral cadastrais engano correto correta incorreto margem lucratividade rentabilidade volume volumes
    faturamento receita resultado performance desempenho indicador indicadores meta nivel niveis faixa percentual porcentagem taxa indice
    comportamento padrao regularidade frequencia intervalo ciclo ritmo velocidade entrada entradas chegada remessa romaneio carga recebimento
    vencimento lotes reajuste aumento reducao queda subida inflacao dolar cambio tabelado negociacao proposta propostas concorrencia
    alternativas substituto substituta similar similares equivalente parecido parecida complemento principal principais top pior piores
    melhores primeiros geral gerais especifico especifica individual parcial integralmente totalmente somatorio soma media porcaria
    excessivo insuficiente adequado adequada necessario necessaria necessarios obrigatorio viavel vantajoso vantagem beneficio interessante
    previsto prevista previstos esperado esperada real projetado historico registrado registrada lancamento lancamentos registro registros
    movimento movimentos movimentacao fluxo operacao operacoes processo processos etapa tarefa servico servicos
    quinhentos duzentos trezentos quatro cinco seis sete oito nove dez onze doze quinze vinte trinta quarenta cinquenta sessenta noventa
    jan fev mar abr mai jun jul ago set out nov dez seg ter qua qui sex sab dom aniversario namorados reveillon junina
    amigao meu bro velho fera patroa chefia parceiro brother jovem galerinha moça senhorita doutor seu dona
    cotado cotada orcado comprado comprada vendido vendida entregue entregues enviado enviada recebido recebida faturado aprovada cancelado
    substituicao tributaria tributario tributarias isencao isento regime imposto fiscal fiscais
    devagar rapidinho urgentemente atualmente normalmente geralmente provavelmente exatamente melhor realmente
    stock how much many what which when where who the is are of for do does have we need please price demand supplier cheapest
    cuanto cuantos cuanta hay cual donde precio cuando proveedor hello thanks
""")  # fmt: skip

_VERBS_AR = """comprar faltar durar acabar chegar custar pagar estar precisar pegar gastar entregar demorar atrasar aprovar cancelar
    gerar criar montar mandar enviar exportar importar baixar aumentar simular comparar cotar encomendar girar parar sobrar encalhar
    zerar esgotar terminar aguentar segurar esperar adiar deixar passar mostrar passar falar explicar calcular informar verificar
    consultar checar olhar achar ficar levar usar olhar tentar analisar priorizar recomendar indicar sugerir rodar aguardar
    confirmar informar contar corrigir ajustar atualizar cadastrar lancar carregar trocar mudar voltar repetir lembrar faturar
    negociar compensar valer virar estocar abater listar apresentar informar solicitar providenciar reclamar avisar ajudar andar
    costumar errar acertar tratar somar incluir tirar colocar botar separar reservar retirar emitir fechar abrir dobrar triplicar
    orcar planejar programar estourar quebrar girar resumir detalhar projetar estimar ganhar restar funcionar estocar empilhar cuidar chamar procurar encontrar buscar pesquisar levantar conferir retornar
    aceitar recusar negar concordar antecipar atrasar acompanhar rastrear localizar monitorar controlar administrar comandar
    considerar desconsiderar ignorar lotar sobrecarregar pesar avaliar julgar opinar aconselhar orientar ensinar mandar emprestar alugar
    revelar executar listar ativar desativar apagar deletar eliminar limpar resetar reiniciar iniciar comecar continuar pausar finalizar
    encerrar concluir completar preencher digitar escrever assinar validar homologar autorizar habilitar bloquear desbloquear
    gostar adorar amar odiar detestar cansar enrolar demorar complicar facilitar resolver melhorar piorar variar oscilar flutuar estabilizar
    crescer disparar despencar recuar avancar evoluir empatar superar ultrapassar alcancar chegar bastar sobrar carecer necessitar
    interessar importar significar representar indicar apontar sinalizar alertar notificar lembrar marcar agendar remarcar combinar
    empacar travar bugar sumir arrumar consertar trabalhar operar produzir fabricar movimentar transferir transportar despachar ligar bater disparar
    abaixar reajustar alterar calcular fabricar justificar sair perguntar reclamar combinar comentar conversar anotar agilizar adiantar antecipar postergar priorizar acelerar cobrar cortar liberar autorizar""".split()
_VERBS_ER = """vender dever romper render repor fazer ter ver saber poder querer dizer ser receber perder fornecer oferecer conhecer
    crescer descer entender esquecer responder exceder vencer suprir correr manter obter prever acontecer parecer merecer depender
    reabastecer abastecer bater abater debater prometer desfazer refazer ocorrer surgir aparecer desaparecer interromper escrever atender resolver escolher""".split()
_VERBS_IR = "pedir subir cair ir vir sair existir consumir seguir repetir preferir sumir emitir incluir diminuir suprir medir partir abrir imprimir corrigir decidir definir servir exigir conseguir sugerir permitir garantir atingir".split()
_FORMS = {
    "ar": "ar o a as amos am ei ou aram ava avam aria ariam ando ado ada ados adas e es em asse arem aremos arei ara arao".split(),
    "er": "er o e es emos em i eu eram ia iam eria eriam endo ido ida idos idas a am esse erem erei era erao".split(),
    "ir": "ir o e es imos em i iu iram ia iam iria iriam indo ido ida idos idas a am isse irem irei ira irao".split(),
}
_IRREGULAR = """
    e sao era foi foram fui ser sera serao seria seja sendo sido estou esta estao estava estavam esteja estamos teve tive tinha tinham tem
    temos tenho tenha terei tera teria tendo vou vai vamos vao ia iam va indo vem venho veio vieram vinha vir vira viria posso pode podem
    podemos pude podia poderia poderiam quero quer querem queria queriam quis quiser sei sabe sabem soube saberia faco faz fazem fazer fiz
    fez fizeram faca facam fazia faria feito feita fazendo digo diz dizem disse disseram dito dizer vejo ve veja viu vi visto peco pede pedem
    pedi pediu peca pecam pedindo ponho poe por pus coloco reponho repoe repor reponha caiu cai caem cair caia cairem cairam saio sai saem
    saiu sairam saia subo sobe sobem suba subam subir subirem subiu devo deve devem devia deveria deveriam mantenho mantem manter vale valem
    valia valer trago traz trazem dou da dao dei deu deram dava daria houve ha havia haver haja havendo oferece ofereceu
    tende tendem tendia tenderia corrige corrijo corrija consigo conseguimos sirvo desfaz desfaca refaz imprime some sumiu vou fique fico vires
    aguento pago paga pagam pagamos pagava pagavam paguei pagou chego chega chegam chegou chegaram perco perde sumiu some
"""


def _conjugate() -> frozenset[str]:
    forms = set(_IRREGULAR.split())
    for verbs, ending in ((_VERBS_AR, "ar"), (_VERBS_ER, "er"), (_VERBS_IR, "ir")):
        for verb in verbs:
            forms.update(verb[:-2] + tail for tail in _FORMS[ending] if verb.endswith(ending))
            if verb.endswith("gar"):
                forms.update((verb[:-1][:-1] + "uei", verb[:-2] + "ue", verb[:-2] + "uem"))
            if verb.endswith("car"):
                forms.update((verb[:-3] + "quei", verb[:-3] + "que"))
    return frozenset(f for f in forms if len(f) > 1 or f == "e")


VERBS = _conjugate()
QUESTION_WORDS = CHAT | VERBS | frozenset(w for full in SLANG.values() for w in full.split())

# the machinery of questions: these ask even right after a product's name
ASKING = _words("""
    eh e ou mais menos muito muita pouco tudo nada todo toda cada quanto quantos quanta quantas qual quais quem como onde quando sem com que
    estoque saldo preco precos valor valores custo custos demanda venda vendas consumo previsao cobertura compra compras pedido pedidos
    fornecedor fornecedores prazo entrega desconto cotacao total quero quer tem temos tenho ter ha vai vou vamos pode posso devo preciso
    hoje ontem amanha agora ja ainda ate antes depois dia dias semana mes ano hora esta estao ser foi seu seus sua suas meu minha meus
    dele dela deles delas esse essa isso este esta aqui la ai te me se nao sim bem mal certo errado favor vez urgente barato caro rapido
    melhor pior maior menor minimo maximo dura acaba falta sobra chega vende custa gira sai para por pelo pela entre sobre
""")

# forms of the verbs above that name things as well: a catalogue that has the word means the thing
NOUNISH = _words("""
    painel saco filtro esgoto lixo leve manta compensado corrida importado importada zero uso rodo  caixa barra barras lata ponto
    corte vela pilha solta trava cola cores cor cabo  ache  pedra caixas  barras cartela marca marcador troco
        peso    corta corda massa   leva toca roda rodas porta portas pinta liga ligas bota
    botas tira tiras rolo rolos conserva estojo  baixa alta fecho abre solto bate batida batedor  carrega quadro  conforto
     papel usado custom aberto aberta dobra gira monta   carta pasta  
""")  # fmt: skip

# how ERPs and buyers shorten words inside product names: short -> full forms (several where the trade uses several)
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    short: tuple(full.split("/"))
    for short, full in (
        entry.split("=")
        for entry in """
    pt=preto/preta pto=preto prt=preto bc=branco/branca bco=branco br=branco/branca/brilhante brc=branco vm=vermelho/vermelha
    verm=vermelho az=azul vd=verde vde=verde am=amarelo/amarela amar=amarelo cz=cinza lar=laranja mr=marrom mar=marrom rs=rosa
    dour=dourado prat=prateado transp=transparente incol=incolor nat=natural crist=cristal esc=escuro/escura cl=claro/clara
    cx=caixa pct=pacote pc=peca rl=rolo lt=lata/litro gl=galao sc=saco fd=fardo jg=jogo un=unidade cj=conjunto kt=kit bd=balde fr=frasco
    gf=garrafa ln=long lta=lata pet=pet bj=bandeja bis=bisnaga tb=tubo cart=cartela env=envelope vd_=vidro pote=pote
    fil=filtro rol=rolamento rolam=rolamento cil=cilindrico/cilindrica cab=cabeca oxal=oxalato cit=citrato clor=cloridrato clori=cloridrato
    cloridr=cloridrato bes=besilato mal=maleato sulf=sulfato acet=acetato bromid=bromidrato sod=sodica/sodico pot=potassica/potassico
    calc=calcica/calcico ac=acido vit=vitamina susp=suspensao inj=injetavel xpe=xarope sol=solucao pom=pomada cr=creme cp=comprimidos/comprimido
    cpr=comprimidos comp=comprimidos/comprimido cps=capsulas/capsula caps=capsulas/capsula gts=gotas drg=drageas amp=ampola rev=revestido
    parf=parafuso paraf=parafuso pfuso=parafuso paf=parafuso sext=sextavado/sextavada zinc=zincado/zincada galv=galvanizado/galvanizada
    inx=inox latn=latao crom=cromado/cromada niq=niquelado arr=arruela autobr=autobrocante autotrav=autotravante frces=frances
    flex=flexivel rig=rigido disj=disjuntor monop=monopolar bip=bipolar trip=tripolar interr=interruptor int=interruptor tom=tomada
    lamp=lampada lumin=luminaria eletrod=eletroduto corrug=corrugado cond=condutor cont=contator ext=extensao adapt=adaptador
    tub=tubo sold=soldavel rosc=roscavel esg=esgoto joel=joelho reg=registro torn=torneira valv=valvula sif=sifao mang=mangueira
    red=reducao adap=adaptador
    tin=tinta acr=acrilica/acrilico acril=acrilica/acrilico esm=esmalte sint=sintetico/sintetica brilh=brilhante acet_=acetinado fos=fosco/fosca
    argam=argamassa cim=cimento rej=rejunte imperm=impermeabilizante sel=selador
    amort=amortecedor past=pastilha diant=dianteiro/dianteira dian=dianteiro/dianteira tras=traseiro/traseira esq=esquerdo/esquerda
    dir=direito/direita bat=bateria corr=correia dent=dentada comb=combustivel cabin=cabine susp_=suspensao emb=embreagem rad=radiador
    oleo=oleo ol=oleo semis=semissintetico semi=semissintetico min=mineral lubr=lubrificante desengr=desengripante
    refrig=refrigerante refri=refrigerante cerv=cerveja energ=energetico beb=bebida ag=agua guar=guarana gas=gas/gaseificada orig=original
    zer=zero acuc=acucar s_=sem retorn=retornavel desc=descartavel descart=descartavel lim=limao laran=laranja morang=morango choc=chocolate
    bisc=biscoito mac=macarrao espag=espaguete arr_=arroz feij=feijao far=farinha marg=margarina mant=manteiga leit=leite acho=achocolatado
    achoc=achocolatado cond_=condensado integ=integral desn=desnatado semid=semidesnatado refog=refogado ext_=extrato mol=molho tom_=tomate
    trad=tradicional refin=refinado parb=parboilizado agulh=agulhinha
    det=detergente amac=amaciante desinf=desinfetante sab=sabao sabte=sabonete liq=liquido/liquida conc=concentrado pap=papel hig=higienico
    hig_=higienica sanit=sanitaria/sanitario alv=alvejante multiu=multiuso lv=lava cond__=condicionador shamp=shampoo sh=shampoo desod=desodorante
    abrac=abracadeira abr=abracadeira bronz=bronzina chumb=chumbador fix=fixador rosq=rosqueado ferr=ferramenta alic=alicate chv=chave
    alum=aluminio plast=plastico silic=silicone borr=borracha mad=madeira comp_=compensado tec=tecido cour=couro esp=espuma
    ind=industrial prof=profissional univ=universal aut=automatico man=manual eletr=eletrico/eletrica hidr=hidraulico/hidraulica
    pneum=pneumatico/pneumatica tam=tamanho gr=grao larg=largura alt=altura peq=pequeno/pequena med=medio/media gde=grande grd=grande gd=grande
    pres=pressao press=pressao temp=temperatura vel=velocidade reforc=reforcado/reforcada refor=reforcado simp=simples dup=duplo/dupla
    trad_=tradicional sup=superior inf=inferior ref=refil/referencia rec=recarga c_=com
    """.split()
    )
    if not short.endswith("_")
}

# other names of the same thing in the trade: tried only when the words as typed fit nothing
SYNONYMS: dict[str, tuple[str, ...]] = _words_by_key("""
    disjuntor=interruptor cano=tubo canos=tubo chuveiro=ducha ducha=chuveiro refri=refrigerante plugue=plug fecho=ziper zip=ziper
    bolacha=biscoito bolachas=biscoito candida=sanitaria breja=cerveja pincel=trincha tinner=thinner durex=adesiva
""")
