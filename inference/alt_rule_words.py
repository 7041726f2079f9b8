"""Words that alt texts should not begin with or contain, in six languages, for `alt_rules`. Data only.

The openings follow the advice of WCAG's H37 and of the W3C image tutorial not to say that an image is an image; words
about age, gender and origin follow the AP and Diversity Style Guides: only what is known and matters. A kind of
picture that a screen reader doesn't say (a screenshot, a portrait, an illustration, a close-up) is no opening, and
several photos at the beginning are things in the picture ("Photos of friends on a wall.").
"""

import re
from dataclasses import dataclass

WORD = r"[^\W\d_]+"
"""A word in any alphabet, for patterns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """One language's words.

    Attributes:
        opening: matches at the start of a text that says it is an image.
        placeholders: whole texts that say nothing, folded to lower case without end punctuation.
        people: nouns for people that carry age or gender, singular and plural.
        animals_too: those of them that animals have as well ("a mother duck").
        anyone: nouns for people that carry neither; an adjective of `traits` beside one is a guess.
        traits: adjectives of age or origin that are harmless beside a thing ("old car").
        telling: words that tell age or origin wherever they stand.
        harmless: phrases with such words that tell nothing about a person ("baby carriage", "Notre Dame").
        age: an age in numbers; a guess where there is a person.
        after: whether an adjective may stand after its noun.
        link: words between a person and an adjective ("the person is old").
        capitals: whether nouns begin with a capital, which tells "Junge" (boy) from "junge" (young).
    """

    opening: re.Pattern[str]
    placeholders: frozenset[str]
    people: frozenset[str]
    animals_too: frozenset[str]
    anyone: frozenset[str]
    traits: frozenset[str]
    telling: frozenset[str]
    harmless: re.Pattern[str]
    age: re.Pattern[str]
    link: frozenset[str]
    after: bool = True
    capitals: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


def _opening(image: str, before: str, after: str, within: str, between: str = "(?!)") -> re.Pattern[str]:
    """Where a text says that it is an image.

    Args:
        image: words for it. before, between, after: what may stand before it, may and must stand behind it; an elided
            "d’" and a colon may as well.
        within: "in this image".
    """
    behind = rf"\s+(?:(?:{between})\s+)?(?:(?:{after})(?!\w)|(?:d|dell|dall)['’](?=\w))"
    return re.compile(
        rf"\s*(?:(?:{before})(?:{image})(?:{behind}|\s*[:–—]\s|\s+-\s)|(?:{within})(?!\w|-))",
        re.IGNORECASE,
    )


def _harmless(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


_EVERYWHERE = (
    "image img photo foto alt alt_text alttext todo tbd xxx test asdf n/a none null undefined lorem_ipsum untitled "
    "unnamed download placeholder jpg png spacer banner thumbnail"
)

_ENGLISH = RuleWords(
    opening=_opening(
        "image|photo|picture|photograph|pic|snapshot|graphic",
        r"(?:(?:this|here|it)(?: is|['’]s)? )?(?:(?:an?|the|this|my)\s+)?(?:(?:black[ -]and[ -]white|b&w|full|colou?r"
        r"|colou?red|old|older|vintage|historic|historical|beautiful|nice|great|blurry|blurred|close-?up|aerial|stock"
        r"|digital|sepia|panoramic|wide-angle) ){0,2}",
        "of|with|from|taken|that|which|showing|shows|depicting|depicts|containing|contains|featuring|features"
        "|capturing|captures|displaying|displays|is of|illustrating",
        r"in (?:this|the) (?:image|photo|picture|photograph)(?! (?:frame|book|album|window|booth|gallery))",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} picture photograph graphic description no_description add_description the_image a_photo "
        "a_picture an_image a_photograph photo_here description_here add_alt_text alt_text_here insert_alt_text "
        "no_alt_text image_description photo_description image_of photo_of picture_of no_photo_description_available "
        "no_image_available image_not_available click_to_add_text caption decorative unknown"
    ),
    people=_words(
        "man men woman women boy boys girl girls lady ladies gentleman gentlemen guy guys male males female females "
        "baby babies infant infants toddler toddlers child children kid kids teen teens teenager teenagers adult "
        "adults senior seniors grandmother grandfather grandma grandpa mother father husband wife son sons daughter "
        "daughters brother brothers sister sisters newborn newborns youngster youngsters pensioner pensioners "
        "businessman businessmen businesswoman businesswomen policeman policemen policewoman policewomen schoolboy "
        "schoolboys schoolgirl schoolgirls"
    ),
    animals_too=_words(
        "male males female females baby babies adult adults mother father kid kids senior seniors newborn newborns "
        "infant infants brother brothers sister sisters youngster youngsters"
    ),
    anyone=_words("person people couple crowd someone human humans student students tourist tourists"),
    traits=_words(
        "old young older younger elderly middle-aged aged black white brown asian african european latin indian arab "
        "oriental"
    ),
    telling=_words(
        "elderly middle-aged teenage caucasian hispanic latino latina latinos african-american afro-american "
        "dark-skinned light-skinned fair-skinned"
    ),
    harmless=_harmless(
        "baby (?:bed|beds|blue|bottle|bottles|carriage|carriages|chair|clothes|corn|food|grand|monitor|shoes?|shower"
        "|stroller|carrots?|pink|powder|wipes)",
        r"(?:women|men|children|ladies|kids|boys|girls|babies)['’]s?\b(?!\w)(?=\s+(?!hands?|faces?|heads?|backs?|feet"
        r"|legs?|arms?|hair|eyes?)\w)",
        "our lady",
        "lady liberty",
        "gingerbread m[ae]n",
        "isle of man",
        "(?:fe)?male (?:connectors?|plugs?|sockets?|flowers?|cones?)",
        "burning man",
        "mother teresa",
        "boy scouts?",
        "girl scouts?",
        "senior (?:center|centre|dog|cat)s?",
        "kids menu",
        "mother (?:nature|earth|tongue|ship)",
        "father christmas",
        "(?:mother|father)['’]s day",
    ),
    age=re.compile(
        r"\b\d{1,3}[- ]years?[- ]olds?\b|\bin (?:his|her|their) (?:early |mid |mid-|late )?"
        r"(?:teens|\d0s|twenties|thirties|forties|fifties|sixties|seventies|eighties)\b",
        re.IGNORECASE,
    ),
    link=_words("is are looks look seems seem appears appear"),
    after=False,
)

_GERMAN = RuleWords(
    opening=_opening(
        r"(?:(?:schwarz-?wei(?:ß|ss)-?|farb-?)?(?:bild|foto|aufnahme|fotografie))|abbildung|grafik|schnappschuss",
        r"(?:(?:das|dies|hier|es)(?: ist)? )?(?:(?:eine?|das|dieses|diese|mein|die)\s+)?(?:(?:(?:schwarz-?wei(?:ß|ss)"
        r"|alt|schön|historisch|farbig|verschwommen)\w* ){0,2})",
        "von|vom|mit|aus|zeigt|zeigen|eine[rs]|des|der|meine[rs]|unsere[rs]|zweier|dreier|in dem|auf dem",
        r"(?:auf|in) (?:dem|diesem|der|dieser) (?:bild|foto|aufnahme|fotografie|abbildung)"
        r"|(?:(?:ein|das|dies ist ein) )?(?:bild|foto), (?:auf dem|das|in dem|welches)",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} bild das_bild ein_bild ein_foto beschreibung keine_beschreibung platzhalter ohne_titel "
        "unbenannt alternativtext bildbeschreibung fotografie alternativtext_hier kein_alternativtext bild_von "
        "foto_von unbekannt dekorativ"
    ),
    people=_words(
        "mann männer männern frau frauen junge jungen mädchen dame damen herr herren kerl kerle baby babys säugling "
        "säuglinge kleinkind kleinkinder kind kinder kindern jugendlicher jugendliche jugendlichen teenager "
        "erwachsener erwachsene erwachsenen senior senioren seniorin seniorinnen oma opa großmutter großvater mutter "
        "vater ehemann ehefrau greis sohn tochter bruder schwester rentner rentnerin schuljunge schulmädchen"
    ),
    animals_too=_words(
        "junge jungen baby babys mutter vater erwachsener erwachsene erwachsenen senior bruder schwester sohn tochter"
    ),
    anyone=_words("person personen mensch menschen leute leuten paar menge jemand tourist touristen"),
    traits=_words(
        "alt alte alter alten altes jung junge junger jungen schwarz schwarze schwarzer schwarzen weiß weiße weißer "
        "weißen asiatische asiatischer asiatischen afrikanische afrikanischer afrikanischen arabische arabischer "
        "ältere älterer älteren jüngere jüngerer jüngeren farbige farbiger farbigen südländische südländischer"
    ),
    telling=_words(
        "betagte betagter betagten hellhäutig hellhäutige hellhäutiger dunkelhäutig dunkelhäutige dunkelhäutiger"
    ),
    harmless=_harmless(
        "muttern?tag",
        "vatertag",
        "schrauben? und muttern?|muttern? und (?:eine )?schrauben?",
        "alter herr",
        "herr der ringe",
        "baby born",
    ),
    age=re.compile(r"\b\d{1,3}[- ]?jährige[rsnm]?\b|\b\d{1,3} jahre alt\b", re.IGNORECASE),
    link=_words("ist sind wirkt wirken"),
    after=False,
    capitals=True,
)

_FRENCH = RuleWords(
    opening=_opening(
        "image|photo|photographie|cliché",
        r"(?:c['’]est |voici )?(?:une?\s+|l['’]|la\s+|le\s+|cette\s+|ma\s+)?(?:(?:belle|vieille|ancienne|jolie) )?",
        "de|du|des|avec|prise|qui|que|où|montrant|montre|représentant|représente|sur laquelle|illustrant",
        r"(?:sur|dans) (?:la |cette |l['’])(?:photo|image|photographie)",
        "(?:en )?noir et blanc|en couleurs?|aérienne|ancienne|floue",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} une_image une_photo photographie description aucune_description sans_titre texte_alternatif "
        "à_compléter illustration pas_de_description image_de photo_de inconnu"
    ),
    people=_words(
        "homme hommes femme femmes garçon garçons fille filles fillette fillettes dame dames monsieur messieurs bébé "
        "bébés nourrisson nourrissons enfant enfants adolescent adolescente adolescents adolescentes ado ados adulte "
        "adultes grand-mère grand-père mère père mari épouse vieillard vieillards fils frère frères sœur sœurs "
        "retraité retraitée retraités"
    ),
    animals_too=_words("bébé bébés mère père adulte adultes frère frères sœur sœurs"),
    anyone=_words("personne personnes gens couple foule touriste touristes"),
    traits=_words(
        "vieux vieille vieilles vieil jeune jeunes âgé âgée âgés âgées noir noire noirs noires blanc blanche blancs "
        "blanches asiatique asiatiques africain africaine africains africaines arabe arabes maghrébin maghrébine"
    ),
    telling=_words("sexagénaire septuagénaire octogénaire quinquagénaire caucasien caucasienne"),
    harmless=_harmless(
        "père noël",
        "notre[ -]dame",
        "lits? de bébé",
        "jeux? de dames",
        "dames? de (?:pique|cœur|carreau|trèfle)",
        "bonhommes? de neige",
        "jeune fille au pair",
        "fête des (?:mères|pères)",
        "poussettes? pour bébé",
        "voitures? d['’]enfants?",
        "livres? pour enfants",
    ),
    age=re.compile(r"\b(?:âgée?s? )?de \d{1,3} ans\b", re.IGNORECASE),
    link=_words("est sont semble semblent paraît"),
)

_SPANISH = RuleWords(
    opening=_opening(
        "imagen|foto|fotografía",
        r"(?:(?:esta|esto) es )?(?:(?:una?|la|el|esta|mi)\s+)?(?:(?:bonita|antigua|vieja|hermosa) )?",
        "de|del|con|que|mostrando|muestra|donde|tomada|en la que|representando|representa",
        "en (?:la|esta) (?:imagen|foto|fotografía)",
        "en blanco y negro|a color|en color|aérea|antigua|borrosa",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} imagen una_imagen una_foto fotografía descripción sin_descripción sin_título texto_alternativo "
        "sin_texto_alternativo imagen_de foto_de desconocido"
    ),
    people=_words(
        "hombre hombres mujer mujeres niño niños niña niñas chico chicos chica chicas señor señores señora señoras "
        "bebé bebés adolescente adolescentes adulto adulta adultos adultas anciano anciana ancianos ancianas abuela "
        "abuelo madre padre marido esposa muchacho muchacha hijo hija hermano hermana jubilado jubilada"
    ),
    animals_too=_words("bebé bebés madre padre adulto adulta adultos adultas hermano hermana hijo hija"),
    anyone=_words("persona personas gente pareja multitud turista turistas alguien"),
    traits=_words(
        "viejo vieja viejos viejas joven jóvenes mayor mayores negro negra negros negras blanco blanca blancos blancas "
        "asiático asiática asiáticos asiáticas africano africana africanos africanas árabe árabes indígena indígenas "
        "mestizo mestiza mestizos"
    ),
    telling=_words("caucásico caucásica mulato mulata afroamericano afroamericana sexagenario sexagenaria"),
    harmless=_harmless(
        "nuestra señora",
        "hombre (?:de nieve|araña)",
        "día (?:de la madre|del padre)",
        "(?:casa|mesa|silla|caja)s? chicas?",
        "padre nuestro",
        "niño jesús",
        "carritos? de bebé",
        "madre naturaleza",
    ),
    age=re.compile(r"\bde \d{1,3} años\b", re.IGNORECASE),
    link=_words("es son parece parecen"),
)

_ITALIAN = RuleWords(
    opening=_opening(
        "immagine|foto|fotografia|scatto",
        r"(?:questa è |ecco )?(?:una?\s+|un['’]\s?|l['’]|la\s+|questa\s+|mia\s+)?(?:(?:bella|vecchia|antica) )?",
        "di|del|dello|della|dei|degli|delle|da|dal|dalla|con|che|mostra|raffigurante|raffigura|ritrae|scattata|in cui",
        r"(?:in questa |nella |nell['’])(?:foto|immagine|fotografia)",
        "in bianco e nero|a colori|aerea|d['’]epoca|sfocata",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} immagine una_immagine un’immagine un'immagine una_foto fotografia descrizione "
        "nessuna_descrizione senza_titolo testo_alternativo senza_descrizione immagine_di foto_di sconosciuto"
    ),
    people=_words(
        "uomo uomini donna donne ragazzo ragazzi ragazza ragazze bambino bambini bambina bambine signore signori "
        "signora signore neonato neonata neonati adolescente adolescenti adulto adulta adulti adulte anziano anziana "
        "anziani anziane nonna nonno madre padre marito moglie figlio figlia fratello sorella pensionato pensionata"
    ),
    animals_too=_words("madre padre adulto adulta adulti adulte neonato neonati fratello sorella figlio figlia"),
    anyone=_words("persona persone gente coppia folla turista turisti qualcuno"),
    traits=_words(
        "vecchio vecchia vecchi vecchie giovane giovani nero nera neri nere bianco bianca bianchi bianche asiatico "
        "asiatica asiatici asiatiche africano africana africani africane arabo araba arabi arabe meticcio meticcia"
    ),
    telling=_words("caucasico caucasica mulatto mulatta afroamericano afroamericana sessantenne"),
    harmless=_harmless(
        "nostra signora",
        "festa (?:della mamma|del papà|della donna)",
        "uomo (?:ragno|di neve|di pan di zenzero)",
        "madre natura",
        "uomo vitruviano",
    ),
    age=re.compile(r"\bdi \d{1,3} anni\b", re.IGNORECASE),
    link=_words("è sono sembra sembrano"),
)

_PORTUGUESE = RuleWords(
    opening=_opening(
        "imagem|foto|fotografia",
        r"(?:(?:esta|isto|essa) é )?(?:(?:uma?|a|o|esta|essa|minha)\s+)?(?:(?:bela|antiga|velha|linda) )?",
        "de|do|da|dos|das|dum|duma|com|que|mostrando|mostra|tirada|em que|na qual|retratando|retrata|onde",
        "(?:na|nesta|nessa) (?:imagem|foto|fotografia)",
        "em preto e branco|a cores|colorida|aérea|antiga|desfocada",
    ),
    placeholders=_words(
        f"{_EVERYWHERE} imagem uma_imagem uma_foto fotografia descrição sem_descrição sem_título texto_alternativo "
        "sem_texto_alternativo imagem_de foto_de desconhecido"
    ),
    people=_words(
        "homem homens mulher mulheres menino meninos menina meninas rapaz rapazes moça moças senhor senhores senhora "
        "senhoras bebê bebês bebé bebés criança crianças adolescente adolescentes adulto adulta adultos adultas idoso "
        "idosa idosos idosas avó avô mãe pai marido esposa garoto garota filho filha irmão irmã aposentado aposentada"
    ),
    animals_too=_words("bebê bebês bebé bebés adulto adulta adultos adultas mãe pai irmão irmã filho filha idoso"),
    anyone=_words("pessoa pessoas gente casal multidão turista turistas alguém"),
    traits=_words(
        "velho velha velhos velhas jovem jovens negro negra negros negras branco branca brancos brancas asiático "
        "asiática asiáticos asiáticas africano africana africanos africanas árabe árabes indígena indígenas pardo "
        "parda pardos pardas mestiço mestiça"
    ),
    telling=_words("caucasiano caucasiana mulato mulata afrodescendente afrodescendentes sexagenário sexagenária"),
    harmless=_harmless(
        "nossa senhora",
        "pai natal",
        "dia (?:das mães|dos pais|da mulher)",
        "homem[ -]aranha",
        "mãe natureza",
        "menino jesus",
        "carrinhos? de bebê",
        "bonecos? de neve",
    ),
    age=re.compile(r"\bde \d{1,3} anos\b", re.IGNORECASE),
    link=_words("é são parece parecem"),
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

COMMON = _words(
    "the and for you are not all our your this that from with der die das und für den dem des ein eine ist mit les des "
    "une est pour sur dans los las una con por del que gli per che dei com dos uma para não"
)
"""Words of signs that don't tell which sign it is."""

MORE_ANIMALS = _words(
    "goat goats cub cubs calf calves kitten kittens chick chicks seal seals ziege ziegen welpe welpen küken kalb "
    "kälber lamm lämmer robbe robben chèvre chèvres ourse ourses ourson oursons phoque phoques cabra cabras osa osas "
    "cría crías foca focas capra capre orsa orse cucciolo cuccioli foche ursa ursas filhote filhotes"
)
"""Words for animals that are no names of concepts."""

ITS = _words(
    "its sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer son sa ses leur leurs su sus suo sua suoi sue seu "
    "seus"
)
"""Words that stand for an animal before its mother or baby, in all languages."""

OF = _words("of de di do da d del della des du")
"""Words between a mother or baby and the animal that it is, in all languages."""
