"""Words that people say around what they look for, in six languages. Data only, spelled as `spelling.spelled` does.

A word is listed for what it mostly does in a question about photos. Words that a photo could show, in any of the
languages, are left out, unless the word is far more often the small one ("die" is an article, seldom a cube).
"""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


PHOTO_WORDS = word_set(
    "photo photos picture pictures image images pic pics photograph photographs shot shots snapshot snapshots "
    "bild bilder bildern foto fotos aufnahme aufnahmen "
    "photographie photographies cliche cliches imagen imagenes fotografia fotografias immagine immagini fotografie "
    "imagem imagens"
)
"""Nouns for what everything here is; they say nothing beside another word."""

FILLERS = PHOTO_WORDS | word_set(
    # English
    "a an one and the of in on at with by to from for near next under over into some any all every each that this "
    "these those which who whose what where when how is are was were be been being am has have had having there it its "
    "my our your his her their me us we i you they show shows showing shown find finds see seen seeing search look "
    "looking give get display list want need please can could do does did contain contains containing depicting "
    "including only just also taken while as but "
    # German
    "ein eine einen einem einer eines der die das den dem des und mit im am auf bei beim von vom zum zur zu fur aus "
    "uber unter neben vor hinter an alle aller allen mein meine meinen meiner meinem unser unsere welche welcher "
    "welches wo wer was wie ist sind war waren hat haben es gibt zeig zeige zeigen zeigt mir uns suche such finde "
    "bitte ich wir man sieht sehen denen dem auch nur aber sich "
    # French
    "un une des de du le la les et avec dans sur sous au aux en par pour pres chez mon ma mes nos notre votre vos ses "
    "son sa ce cet cette ces qui que quoi quel quelle quels quelles est sont etait il ils elle elles y montre montrez "
    "moi trouve trouver cherche chercher voir voit toutes tous tout je on ou "
    # Spanish
    "uno unos unas el los las del al y e con entre sobre bajo mi mis nuestro nuestra nuestros nuestras su sus donde "
    "cual cuales quien esta estan hay es muestra muestrame ensename busca buscar encuentra ver todas todos todo que se "
    "aparece aparecen salen sale por para "
    # Italian
    "lo gli i di del dello della dei degli delle al allo alla ai agli alle nel nello nella nei nelle sul sullo sulla "
    "sui sulle da dal dalla per tra fra mio mia miei mie nostro nostra ci sono c e che chi dove quali mostra mostrami "
    "trova cerca vedere tutte tutti tutto con col coi cogli "
    # Portuguese
    "o os as um uma uns umas do da dos das no na nos nas ao aos em com pelo pela meu minha meus minhas nosso nossa "
    "onde quais esta estao tem ha mostra mostre mostrar procura procurar encontre todos todas ver que"
)
"""Small words; left out beside other words unless they belong to a name."""

SOFT = word_set(
    "playing sitting standing lying running walking sleeping eating drinking swimming jumping flying riding driving "
    "holding wearing looking smiling posing talking resting working cute beautiful nice lovely funny pretty big small "
    "little large tiny great good best "
    "spielt spielen spielend spielende spielender sitzt sitzen sitzend steht stehen liegt liegen lauft laufen rennt "
    "schlaft schlafen schlafend schlafende frisst isst essen fliegt fliegen fahrt tragt schon schone schonen schones "
    "suss susse susses kleine kleiner kleines kleinen gross grosse grosser grosses "
    "joue jouent jouant assis assise debout court courant dort dormant endormi mange mangeant vole volant porte "
    "portant beau belle beaux belles joli jolie petit petite petits grand grande "
    "juega juegan jugando sentado sentada corriendo durmiendo comiendo volando lleva llevando bonito bonita bonitos "
    "lindo linda pequeno pequena pequenos grandes "
    "gioca giocano giocando seduto seduta corre correndo dorme dormendo mangia mangiando vola volando indossa bello "
    "bella belli piccolo piccola piccoli "
    "brinca brincam brincando sentada correndo dormindo comendo voando vestindo lindos pequenos grandes"
)
"""What somebody does or how somebody looks to a person. Models don't say it, but a text may: it counts where a photo
has it beside the other words, and is left out where none has."""

PEOPLE = word_set(
    "man men woman women boy boys girl girls child children kid kids baby babies lady ladies guy guys adult adults "
    "toddler toddlers teenager teenagers somebody someone family couple friends "
    "mann manner mannern frau frauen junge jungen madchen kind kinder kindern babys leute menschen mensch jemand "
    "familie paar freunde "
    "homme hommes femme femmes garcon garcons fille filles enfant enfants bebe bebes gens quelqu famille amis "
    "hombre hombres mujer mujeres nino ninos nina ninas chico chicos chica chicas gente alguien familia amigos bebes "
    "uomo uomini donna donne ragazzo ragazzi ragazza ragazze bambino bambini bambina bambine neonato qualcuno "
    "famiglia amici "
    "homem homens mulher mulheres menino meninos menina meninas crianca criancas alguem pessoal"
)
"""Nouns for people that tell age, gender or kinship, which no model here guesses: they ask for people."""

NOBODY = word_set("nobody noone niemand niemanden niemandem nadie nessuno ninguem")

PEOPLE_COUNTED = PEOPLE | word_set(
    "people persons person humans personen person personnes personne personas persona persone pessoas pessoa"
)

NEGATIONS = word_set(
    "without not except excluding ohne nicht kein keine keinen keinem keiner ausser sans sauf sin excepto senza tranne "
    "sem exceto nao"
)
"""What follows must not be there. “no” is not here, because in Portuguese it is “in the”; see `speech`."""

ORS = word_set("oder ou")

NUMBER_WORDS = {
    word: number
    for row in (
        "two three four five six seven eight nine ten eleven twelve",
        "zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
        "deux trois quatre cinq six sept huit neuf dix onze douze",
        "dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "due tre quattro cinque sei sette otto nove dieci undici dodici",
        "dois tres quatro cinco seis sete oito nove dez onze doze",
        "duas",
    )
    for number, word in enumerate(row.split(), 2)
}

ONE = word_set("one ein eine einer einem einen un une uno una um uma")

EXACTLY = (
    *("exactly", "only", "just", "genau", "nur", "exactement", "seulement", "exactamente", "solo", "esattamente"),
    *("exatamente", "somente"),
)
AT_LEAST = (
    *("at least", "mindestens", "wenigstens", "au moins", "al menos", "por lo menos", "almeno", "pelo menos"),
    "no less than",
)
MORE_THAN = ("more than", "over", "mehr als", "plus de", "mas de", "piu di", "mais de")
LESS_THAN = ("less than", "fewer than", "weniger als", "moins de", "menos de", "meno di")
AT_MOST = ("at most", "hochstens", "au plus", "como mucho", "al massimo", "no maximo")
"""Before a number of people."""

OR_MORE = ("or more", "oder mehr", "ou plus", "o mas", "o piu", "ou mais")
"""Between a number and people."""

MANY = (
    *("many", "a lot of", "lots of", "a crowd of", "crowds of", "a group of", "groups of", "viele", "eine gruppe von"),
    *("eine menge", "beaucoup de", "un groupe de", "une foule de", "muchas", "un grupo de", "una multitud de"),
    *("molte", "tante", "un gruppo di", "una folla di", "muitas", "um grupo de", "uma multidao de", "several"),
    *("mehrere", "plusieurs", "varias", "diverse"),
)
"""Three people or more: with two one says their number."""

SAYING = (
    *("that says", "that say", "which says", "saying", "says", "that reads", "which reads", "with the text"),
    *("with the word", "with the words", "with the inscription", "where it says", "labelled", "labeled"),
    *("mit der aufschrift", "mit dem text", "mit dem wort", "mit den worten", "auf dem steht", "auf der steht"),
    *("wo draufsteht", "wo steht", "qui dit", "avec le texte", "avec le mot", "avec les mots", "avec l inscription"),
    *("ou il est ecrit", "que dice", "con el texto", "con la palabra", "con las palabras", "donde dice", "donde pone"),
    *("che dice", "con scritto", "con la scritta", "con il testo", "con la parola", "dove c e scritto", "que diz"),
    *("com o texto", "com a palavra", "com as palavras", "onde esta escrito", "com a inscricao"),
)
"""What follows can be read in the photo."""

WRITING = word_set("text texts writing lettering schrift texte textes texto textos testo testi scritte")
"""Any writing in the photo, after “with” or a negation."""

WITH = word_set("with mit avec con col com containing")

SHAPE_NOUNS = word_set("format orientation mode formato orientamento orientacion orientacao ausrichtung")
SHAPE_WORDS = {
    **dict.fromkeys(("portrait", "vertical", "vertically", "retrato", "verticale", "upright"), "portrait"),
    **dict.fromkeys(("landscape", "horizontal", "paysage", "apaisado", "orizzontale", "paisagem"), "landscape"),
    **dict.fromkeys(("square", "quadratisch", "carre", "cuadrado", "quadrato", "quadrado"), "square"),
    **dict.fromkeys(("panorama", "panoramic", "panoramique", "panoramico"), "panorama"),
}
"""Shapes when they stand beside one of `SHAPE_NOUNS`."""

SHAPES = {
    **dict.fromkeys(("hochformat", "hochkant"), "portrait"),
    **dict.fromkeys(("querformat",), "landscape"),
    **dict.fromkeys(("panoramaformat",), "panorama"),
}
"""Shapes by themselves."""
