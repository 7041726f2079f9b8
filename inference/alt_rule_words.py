"""Words that alt texts should not begin with or contain, in six languages, for `alt_rules`. Data only.

The openings follow the advice of WCAG's H37 and of the W3C image tutorial not to say that an image is an image; words
about age, gender and origin follow the AP and Diversity Style Guides: only what is known and matters.
"""

import re
from dataclasses import dataclass

WORD = r"[^\W\d_]+"
"""A word in any alphabet, for patterns."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One language's words.

    Attributes:
        opening: matches at the start of a text that says it is an image.
        placeholders: whole texts that say nothing, folded to lower case without end punctuation.
        people: nouns for people that carry age or gender, singular and plural.
        anyone: nouns for people that carry neither; an adjective of `traits` beside one is a guess.
        traits: adjectives of age or origin that are harmless beside a thing ("old car").
        telling: words that tell age or origin wherever they stand.
    """

    opening: re.Pattern[str]
    placeholders: frozenset[str]
    people: frozenset[str]
    anyone: frozenset[str]
    traits: frozenset[str]
    telling: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


def _opening(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern})\b", re.IGNORECASE)


_EVERYWHERE = "image img photo foto alt alt_text alttext todo tbd xxx test asdf n/a none null lorem_ipsum untitled"

_ENGLISH = RuleWords(
    opening=_opening(
        r"(?:(?:this|here|it)(?: is|['’]s)? )?(?:an?|the|this|my)?\s*"
        r"(?:(?:black[ -]and[ -]white|colou?r|old|beautiful|close-?up) )?"
        r"(?:image|images|photo|photos|picture|pictures|photograph|photographs|pic|snapshot|graphic)"
        r"\s+(?:of|with|that shows|showing|shows|depicting|depicts|containing|contains)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} picture photograph graphic description no_description add_description placeholder the_image "
        "a_photo a_picture an_image photo_here description_here add_alt_text"
    ),
    people=_words(
        "man men woman women boy boys girl girls lady ladies gentleman gentlemen guy guys male males female females "
        "baby babies infant infants toddler toddlers child children kid kids teen teens teenager teenagers adult "
        "adults senior seniors grandmother grandfather grandma grandpa mother father husband wife"
    ),
    anyone=_words("person people couple crowd group someone human humans student students tourist tourists"),
    traits=_words("old young elderly middle-aged aged black white brown asian african european latin indian arab"),
    telling=_words(
        "elderly middle-aged teenage caucasian hispanic latino latina african-american afro-american dark-skinned "
        "light-skinned fair-skinned oriental"
    ),
)

_GERMAN = RuleWords(
    opening=_opening(
        r"(?:(?:das|dies|hier)(?: ist)? )?(?:ein|eine|das|dieses|mein)?\s*"
        r"(?:(?:schwarz-?weiß|altes|schönes)\w* )?"
        r"(?:bild|bilder|foto|fotos|aufnahme|fotografie|abbildung|grafik|schnappschuss)"
        r"\s+(?:von|vom|mit|zeigt|zeigen|einer|eines|des|der)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} bild das_bild ein_bild ein_foto beschreibung keine_beschreibung platzhalter ohne_titel "
        "unbenannt alternativtext bildbeschreibung fotografie"
    ),
    people=_words(
        "mann männer frau frauen junge jungen mädchen dame damen herr herren kerl baby babys säugling kleinkind kind "
        "kinder jugendlicher jugendliche teenager erwachsener erwachsene senior senioren seniorin seniorinnen oma opa "
        "mutter vater ehemann ehefrau greis"
    ),
    anyone=_words("person personen mensch menschen leute paar gruppe menge jemand tourist touristen"),
    traits=_words(
        "alt alte alter alten altes jung junge junger jungen schwarz schwarze schwarzer schwarzen weiß weiße weißer "
        "weißen asiatische asiatischer asiatischen afrikanische afrikanischer afrikanischen arabische arabischer "
        "ältere älterer älteren"
    ),
    telling=_words("betagte betagter hellhäutig hellhäutige dunkelhäutig dunkelhäutige farbiger farbige südländisch"),
)

_FRENCH = RuleWords(
    opening=_opening(
        r"(?:c['’]est |voici )?(?:une?|l['’]|la|le|cette|ma)?\s*"
        r"(?:image|images|photo|photos|photographie|illustration|cliché)"
        r"\s+(?:en noir et blanc\s+)?(?:de|d['’]|du|des|avec|qui montre|montrant|montre|représentant|représente)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} une_image une_photo photographie description aucune_description sans_titre texte_alternatif "
        "à_compléter illustration"
    ),
    people=_words(
        "homme hommes femme femmes garçon garçons fille filles fillette fillettes dame dames monsieur messieurs bébé "
        "bébés nourrisson enfant enfants adolescent adolescente adolescents adolescentes ado ados adulte adultes "
        "grand-mère grand-père mère père mari épouse vieillard"
    ),
    anyone=_words("personne personnes gens couple groupe foule touriste touristes"),
    traits=_words(
        "vieux vieille vieilles vieil jeune jeunes âgé âgée âgés âgées noir noire noirs noires blanc blanche blancs "
        "blanches asiatique asiatiques africain africaine africains africaines arabe arabes maghrébin maghrébine"
    ),
    telling=_words("sexagénaire septuagénaire octogénaire quinquagénaire caucasien caucasienne métis métisse"),
)

_SPANISH = RuleWords(
    opening=_opening(
        r"(?:(?:esta|esto) es )?(?:una?|la|el|esta|mi)?\s*"
        r"(?:imagen|imágenes|foto|fotos|fotografía|ilustración|retrato)"
        r"\s+(?:en blanco y negro\s+)?(?:de|del|con|que muestra|mostrando|muestra|donde)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} imagen una_imagen una_foto fotografía descripción sin_descripción sin_título texto_alternativo"
    ),
    people=_words(
        "hombre hombres mujer mujeres niño niños niña niñas chico chicos chica chicas señor señores señora señoras "
        "bebé bebés adolescente adolescentes adulto adulta adultos anciano anciana ancianos ancianas abuela abuelo "
        "madre padre marido esposa muchacho muchacha"
    ),
    anyone=_words("persona personas gente pareja grupo multitud turista turistas alguien"),
    traits=_words(
        "viejo vieja viejos viejas joven jóvenes mayor mayores negro negra negros negras blanco blanca blancos blancas "
        "asiático asiática asiáticos asiáticas africano africana africanos africanas árabe árabes indígena indígenas"
    ),
    telling=_words("caucásico caucásica mestizo mestiza mulato mulata afroamericano afroamericana sexagenario"),
)

_ITALIAN = RuleWords(
    opening=_opening(
        r"(?:questa è |ecco )?(?:una?|un['’]|l['’]|la|questa|mia)?\s*"
        r"(?:immagine|immagini|foto|fotografia|illustrazione|scatto)"
        r"\s+(?:in bianco e nero\s+)?(?:di|del|della|dei|delle|con|che mostra|mostra|raffigurante|raffigura)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} immagine una_immagine un’immagine una_foto fotografia descrizione nessuna_descrizione "
        "senza_titolo testo_alternativo"
    ),
    people=_words(
        "uomo uomini donna donne ragazzo ragazzi ragazza ragazze bambino bambini bambina bambine signore signori "
        "signora signore neonato neonati adolescente adolescenti adulto adulta adulti anziano anziana anziani anziane "
        "nonna nonno madre padre marito moglie"
    ),
    anyone=_words("persona persone gente coppia gruppo folla turista turisti qualcuno"),
    traits=_words(
        "vecchio vecchia vecchi vecchie giovane giovani nero nera neri nere bianco bianca bianchi bianche asiatico "
        "asiatica asiatici asiatiche africano africana africani africane arabo araba arabi arabe"
    ),
    telling=_words("caucasico caucasica meticcio meticcia mulatto mulatta afroamericano afroamericana sessantenne"),
)

_PORTUGUESE = RuleWords(
    opening=_opening(
        r"(?:(?:esta|isto) é )?(?:uma?|a|o|esta|minha)?\s*"
        r"(?:imagem|imagens|foto|fotos|fotografia|ilustração|retrato)"
        r"\s+(?:em preto e branco\s+)?(?:de|do|da|dos|das|com|que mostra|mostrando|mostra)"
    ),
    placeholders=_words(
        f"{_EVERYWHERE} imagem uma_imagem uma_foto fotografia descrição sem_descrição sem_título texto_alternativo"
    ),
    people=_words(
        "homem homens mulher mulheres menino meninos menina meninas rapaz rapazes moça moças senhor senhores senhora "
        "senhoras bebê bebês criança crianças adolescente adolescentes adulto adulta adultos idoso idosa idosos idosas "
        "avó avô mãe pai marido esposa garoto garota"
    ),
    anyone=_words("pessoa pessoas gente casal grupo multidão turista turistas alguém"),
    traits=_words(
        "velho velha velhos velhas jovem jovens negro negra negros negras branco branca brancos brancas asiático "
        "asiática asiáticos asiáticas africano africana africanos africanas árabe árabes indígena indígenas"
    ),
    telling=_words("caucasiano caucasiana mestiço mestiça mulato mulata afrodescendente pardo parda sexagenário"),
)

RULE_WORDS = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
}
"""The words of each language by its code."""
