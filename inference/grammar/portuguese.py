"""Portuguese, in words that Brazil and Portugal both understand; where they differ, Brazil's."""

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun

_ARTICLES = {"m": "um", "f": "uma"}


def _article(noun: Noun) -> str:
    return f"{_ARTICLES[noun.shape]} {noun.singular}" if noun.countable else noun.singular


def _several(noun: Noun) -> str:
    return f"{'vários' if noun.shape == 'm' else 'várias'} {noun.plural}"


PORTUGUESE = Grammar(
    code="pt",
    hedge="Pode ser uma imagem de {}.",
    frames=frames(
        ("Pode ser uma captura de tela ou uma ilustração com {}.", "Pode ser uma captura de tela ou uma ilustração."),
        ("Pode ser uma imagem em preto e branco de {}.", "Pode ser uma imagem em preto e branco."),
        ("Pode ser uma imagem escura de {}.", "Pode ser uma imagem escura."),
    ),
    listed="A imagem pode conter: {}",
    nothing="Nenhuma descrição disponível.",
    machine="Descrição feita por um computador e não revisada; pode estar errada.",
    pair="{0} e {1}",
    article=_article,
    several=_several,
    bare=False,
    person=("1 pessoa", "uma pessoa"),
    people="{} pessoas",
    group="um grupo de pessoas",
    unsure="uma ou mais pessoas",
    quote="texto que diz “{}”",
    inner_quotes={"“": "‘", "”": "’"},
    text="texto",
    kinds=kinds(
        "Pessoas",
        "Animais",
        "Comida",
        "Veículos",
        "Edifícios",
        "Natureza",
        "Lugar",
        "Objetos",
        "Atividade",
        "Foto",
        "Texto",
    ),
    positions=positions(
        "no canto superior esquerdo",
        "no alto",
        "no canto superior direito",
        "à esquerda",
        "no centro",
        "à direita",
        "no canto inferior esquerdo",
        "embaixo",
        "no canto inferior direito",
    ),
    sizes=sizes("tamanho grande", "tamanho médio", "tamanho pequeno"),
    date="{day} de {month} de {year}",
    months=(
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
    taken="Data",
    camera="Câmera",
    first="1º",
)
