"""Texts that people write, good and bad, in six languages: a false alarm is as bad as a miss.

A bad text is listed under the rule it breaks; a good one breaks none.
"""

import pytest

from inference.alt_rules import Circumstances, check

ABOUT = {code: Circumstances(language=code, file_name="IMG_1.jpg") for code in ("en", "de", "fr", "es", "it", "pt")}

GOOD = {
    "en": """\
A brown dog catches a red frisbee in mid-air over green grass.
Two people in black coats wait at a bus stop in the snow.
A couple of old cars parked outside a diner.
A group of brown cows grazing on a hillside.
A crowd watches fireworks over the harbour at night.
A person with a white umbrella walks past a yellow wall.
People and black dogs on a beach.
An elephant with its baby crosses a dusty road.
A mother duck leads seven ducklings across a pond.
A male lion rests in the shade of an acacia tree.
Baby carriage parked beside a bench in a leafy park.
Women’s shoes lined up in a shop window.
Notre-Dame cathedral seen from the river in autumn.
An oriental rug on a wooden floor.
Old wooden boats pulled up on a pebble beach.
Photographs of friends hang on a living room wall.
In the picture frame stands a small drawing of a boat.
A wall of photos behind the counter of a café.
Close-up of a bee on a purple thistle.
Portrait of a person in a red raincoat, smiling.
Screenshot of a spreadsheet with quarterly totals.
Map of the walking route from the station to the museum.
Line chart: visitors rise from 200 in May to 950 in August.
Merry-go-round with painted horses at dusk.
A sign reads “No entry”.
A poster says 'Sale!'
The 200-year-old oak in front of the town hall.
Five people sit around a campfire, one plays the guitar.
Red double-decker bus on Westminster Bridge, Big Ben behind it.
NASA rocket on the launch pad at dawn.
Three candles burn on a birthday cake.
A young tree tied to a stake.
Empty swimming pool with a blue tiled floor.
Mother Teresa and a gingerbread man as figures on a shelf.
Snow-covered mountains mirrored in a calm lake.
An adult elephant sprays water over its back.
Image-guided surgery suite with two large monitors.
Graphic novel shelves in a bookshop.
Picture frames of different sizes lean against a wall.
Photo booth in a station hall.
Black and white cows on a meadow.
A person in white gloves holds an old book.
Pile of brown leaves beside a garden rake.
Senior center building with a glass front.
Brown bear standing in a river with a salmon in its mouth.
Bottles of milk on a doorstep, 7 a.m.
St. Bernard puppy asleep on a tartan blanket.
The Fab Four statue in Liverpool at night.
Mt. Fuji at sunrise.
A kid goat jumps over a stone.
An older building next to a glass tower.
A dog and its father lie on a rug.
Photo-realistic mural of a whale.
A lioness and her cubs.
A young lion with its mother.
Children’s playground with a slide.
Men’s room door.
P. D. James novels on a shelf.
5 people on a raft.
Scan of a letter from 1912.
Forget-me-nots in a vase.""",
    "de": """\
Ein brauner Hund springt nach einem roten Frisbee.
Zwei Personen in schwarzen Mänteln warten im Schnee auf den Bus.
Eine junge Katze schläft auf einem Sofa.
Junge Katzen spielen im Garten.
Farbige Häuser an einem Kanal.
Alte Holzboote liegen am Strand.
Eine Gruppe alter Autos vor einem Lokal.
Eine Menge Menschen sieht dem Feuerwerk zu.
Bilder von Freunden hängen an einer Wand.
Bilderrahmen in verschiedenen Größen lehnen an der Wand.
Fotokopierer in einem hellen Büro.
Ein Schild mit der Aufschrift „Halt!“
Am Tor steht „Betreten verboten“.
Nahaufnahme einer Biene auf einer lila Distel.
Die Entenmutter führt ihre Küken über den Teich.
Eine Mutter und eine Schraube liegen auf der Werkbank, beide rostig.
Ein alter Baum vor dem Rathaus.
Kinderwagen neben einer Parkbank.
Schwarze und weiße Kühe auf einer Weide.
Person mit weißem Regenschirm vor einer gelben Wand.
Die Weißen Klippen von Dover im Morgenlicht.
Grafikkarte auf einer Hauptplatine.
Fünf Personen sitzen um ein Lagerfeuer.
Kolosseum in Rom bei Nacht.
Eine 300-jährige Linde auf dem Marktplatz.
Bild 3 von 4 der Serie hängt schief.
Fotoalbum auf einem Tisch.
Ein Elefant mit seiner Mutter.
Die weiße Kirche am Hang.
Der Herr der Ringe liegt auf einem Herrenfahrrad.""",
    "fr": """\
Un chien brun attrape un frisbee rouge au-dessus de l’herbe.
Deux personnes en noir attendent le bus sous la neige.
Un groupe de vieilles voitures devant un café.
La cathédrale Notre-Dame vue de la Seine en automne.
Le Père Noël en chocolat est posé sur une assiette.
Un panneau indique « Sens interdit ».
On lit sur l’affiche « Soldes ! »
Des photos de famille sont accrochées au mur.
Photographe en équilibre sur un rocher.
Une mère ourse et ses petits traversent une rivière.
Une jeune pousse sort de la terre.
Une personne avec un parapluie blanc devant un mur jaune.
Gros plan d’une abeille sur un chardon violet.
Vue du port au coucher du soleil.
Le vieux port de Marseille et ses bateaux.
Poussette pour bébé près d’un banc.
Une personne, noire de suie, sort du tunnel.
Bonhomme de neige avec une carotte pour nez.
Images pieuses sur un autel.
Les bébés phoques dorment sur la glace.""",
    "es": """\
Un perro marrón atrapa un frisbee rojo sobre la hierba.
Dos personas de negro esperan el autobús bajo la nieve.
Un grupo de coches viejos delante de un bar.
La Plaza Mayor de Madrid llena de gente.
Basílica de Nuestra Señora del Pilar junto al río.
Un cartel dice «Prohibido el paso».
¡Feliz cumpleaños! se lee en la tarta.
Fotógrafo en equilibrio sobre una roca.
Las fotos de la familia cuelgan de la pared.
Una osa con su cría cruza un río.
Un perro mestizo duerme en el sofá.
Persona con un paraguas blanco ante un muro amarillo.
Un muñeco de nieve con nariz de zanahoria.
Casas blancas en una colina junto al mar.
Retrato de una persona con gafas rojas.
Imágenes religiosas en el altar de una iglesia.
Un árbol de 200 años en la plaza.""",
    "it": """\
Un cane marrone prende un frisbee rosso sull’erba.
Due persone in nero aspettano l’autobus sotto la neve.
Un gruppo di vecchie auto davanti a un bar.
La chiesa di Nostra Signora in cima alla collina.
Un cartello dice «Vietato l’ingresso».
Un cane meticcio dorme sul divano.
Le foto di famiglia sono appese alla parete.
Fotografo in equilibrio su una roccia.
Una persona con un ombrello bianco davanti a un muro giallo.
Un pupazzo di neve con il naso di carota.
Primo piano di un’ape su un cardo viola.
Il Ponte Vecchio di Firenze al tramonto.
Case bianche su una collina vicino al mare.
Un adulto di elefante spruzza acqua sul dorso.
Un uovo nero su un piatto bianco.
Immaginette sacre su un altare.
Un’orsa madre e i suoi cuccioli.""",
    "pt": """\
Um cachorro marrom pega um frisbee vermelho sobre a grama.
Duas pessoas de preto esperam o ônibus sob a neve.
Um grupo de carros velhos em frente a um bar.
A igreja de Nossa Senhora no alto da colina.
Uma placa diz “Entrada proibida”.
Um urso pardo pesca um salmão no rio.
Um cachorro mestiço dorme no sofá.
As fotos da família estão penduradas na parede.
Fotógrafo equilibrado sobre uma rocha.
Uma pessoa com um guarda-chuva branco diante de um muro amarelo.
O Pai Natal de chocolate está num prato.
Close de uma abelha em um cardo roxo.
Casas brancas em uma colina junto ao mar.
Retrato de uma pessoa de óculos vermelhos.
Uma árvore de 200 anos na praça.""",
}

BAD = {
    ("en", "opening"): """\
Image of a dog on a beach.
An image showing two people at a table.
Picture of a red car.
A picture showing a red car on a street.
This is a photo of my lunch, a bowl of soup.
This photo shows a bridge at night.
The image depicts a mountain range.
Photo: two dogs on a beach.
Image - a bowl of fruit.
In this photo, a dog runs along the beach.
In the picture you can see a cat.
A black and white photo of a street.
An old photo taken in a harbour.
A beautiful colour photograph of a sunset.
Here is a picture of a cake.
It’s an image that shows a map.
Photo taken from a train window.
A close-up photo of a spider.
graphic showing three arrows.
A stock photo of a handshake.
A vintage photograph of a steam train.
Image of the week: a lizard.""",
    ("de", "opening"): """\
Bild von einem Hund am Strand.
Foto einer Brücke bei Nacht.
Ein Foto, auf dem ein Hund zu sehen ist.
Ein Bild, das einen Hund zeigt.
Das Bild zeigt einen Hund.
Dieses Foto zeigt einen Strand.
Auf dem Bild ist ein Hund zu sehen.
Auf diesem Foto sieht man eine Brücke.
Schwarz-Weiß-Foto einer Straße.
Ein schönes Bild von unserem Garten.
Bild: ein Hund am Strand.
Aufnahme aus einem Zug.
Fotografie eines alten Hafens.
Das ist ein Foto von meinem Essen.
Foto mit zwei Hunden.
Hier ein Bild der Kirche.""",
    ("fr", "opening"): """\
Photo de deux chiens sur une plage.
Image d’un pont de nuit.
Une photo en noir et blanc d’une rue.
Cette photo montre un chien.
L’image représente une montagne.
Sur cette photo, un chien court.
Dans l’image, on voit un chat.
C’est une photo d’un gâteau.
Photo prise depuis un train.
Photographie du port.
Photo : deux chiens.
Une belle photo avec des fleurs.""",
    ("es", "opening"): """\
Imagen de un perro en la playa.
Foto de una calle.
Foto del puerto de noche.
Una foto en blanco y negro de una calle.
En la imagen se ve un perro.
En esta foto aparece un gato.
La imagen muestra un puente.
Fotografía en la que aparece un puente.
Esta es una foto de mi comida.
Imagen: dos perros.
Imagen que muestra un mapa.""",
    ("it", "opening"): """\
Foto di due cani.
Foto dell’antico porto.
Immagine degli alberi in fiore.
Un’immagine che mostra un ponte.
In questa foto c’è un cane.
Nell’immagine si vede un gatto.
La foto ritrae una strada.
Foto in bianco e nero di una strada.
Foto scattata da un treno.
Immagine d’un ponte.
L’immagine mostra una mappa.""",
    ("pt", "opening"): """\
Imagem de um cachorro na praia.
Foto da rua à noite.
Foto do porto.
Na imagem, um cachorro corre.
Nesta foto aparece um gato.
A foto mostra uma ponte.
Foto em preto e branco de uma rua.
Fotografia tirada de um trem.
Esta é uma imagem de um bolo.
Imagem: dois cachorros.""",
    ("en", "guess"): """\
An old man feeds pigeons.
Two young women at a table.
An Asian tourist takes a selfie.
A young smiling person holds a cup.
Elderly couple on a bench.
A black person in a suit.
A child with a kite.
A group of old people dancing.
The person is young and wears a hat.
A woman’s hand holds a cup.
A 30-year-old person on a bike.
A boy and his dog.
A person in his twenties.
A policeman directs traffic.
A Caucasian person with glasses.
Teenagers on a wall.
An elderly person with a dog.
A baby and a dog on a blanket.
A mother with a dog on a leash.
An adult holds a cat.
A couple, a girl and two horses.""",
    ("de", "guess"): """\
Ein alter Mann füttert Tauben.
Zwei junge Frauen an einem Tisch.
Jungen spielen Fußball.
Ein Junge mit einem Drachen.
Eine ältere Person auf einer Bank.
Asiatische Touristen vor einem Tempel.
Eine schwarze Person im Anzug.
Eine 30-jährige Person auf einem Rad.
Alte Menschen tanzen.
Eine dunkelhäutige Person lacht.
Junge Leute auf einer Mauer.
Kinder im Schnee.
Ein Baby neben einem Hund.
Die Mutter hält eine Katze.""",
    ("fr", "guess"): """\
Un vieil homme nourrit des pigeons.
Une jeune personne tient une tasse.
Une personne âgée sur un banc.
Une personne noire en costume.
Deux enfants avec un cerf-volant.
Une personne de 30 ans sur un vélo.
La personne est jeune.
Une mère tient un chat.""",
    ("es", "guess"): """\
Un hombre mayor da de comer a las palomas.
Una persona joven con una taza.
Una pareja mayor en un banco.
Turistas asiáticos ante un templo.
Dos niños con una cometa.
Una persona de 30 años en bicicleta.
Una madre con un perro.""",
    ("it", "guess"): """\
Un uomo anziano dà da mangiare ai piccioni.
Una persona giovane con una tazza.
Una coppia anziana su una panchina.
Turisti asiatici davanti a un tempio.
Due bambini con un aquilone.
Una persona di 30 anni in bicicletta.""",
    ("pt", "guess"): """\
Um homem idoso alimenta pombos.
Uma pessoa jovem com uma xícara.
Um casal idoso em um banco.
Turistas asiáticos diante de um templo.
Duas crianças com uma pipa.
Uma pessoa negra de terno.""",
    ("en", "file_name"): """\
IMG_2034.JPG
img_2034
IMG-20200101-WA0001
_DSC1234.NEF
DSC01234 (2)
P1010001
PXL_20230401_123456789.MP
Screenshot 2023-05-01 at 10.30.22
Bildschirmfoto 2023-05-01 um 10.30.22
WhatsApp Image 2021-03-04 at 12.00.00
FB_IMG_1512345678901
my summer holiday 2019.jpg
sunset_beach
golden-retriever-puppy-2
20230401_123456
3f2504e0-4f89-11d3-9a0c-0305e82c3301
Untitled-1
G0010042
photo1
image_2.png
DJI_0042 (1)
Capture d’écran 2023-05-01 à 10.30""",
    ("en", "placeholder"): """\
image
Photo.
alt text
TODO
...
–
No alt text
lorem ipsum dolor sit amet
No photo description available.
Insert alt text
undefined
Aucune description disponible.
Bildbeschreibung""",
    ("en", "capitals"): """\
A DOG RUNS ON THE BEACH.
EIN HUND LÄUFT AM STRAND.
ВЕСНА НА ПЛЯЖЕ.""",
    ("en", "emoji"): """\
A dog on the beach 🐕.
Happy birthday 🎉🎉🎉!
A family 👨‍👩‍👧 at the sea.
Press 1️⃣ to start.
I ♥ New York.
Flag 🇩🇪 on a pole.
Thumbs up 👍🏽 from the crew.""",
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code in GOOD for text in GOOD[code].split("\n")])
def test_a_good_text_is_left_alone(language: str, text: str) -> None:
    assert [(remark.rule, text[remark.start : remark.end]) for remark in check(text, ABOUT[language])] == []


@pytest.mark.parametrize(
    ("language", "rule", "text"), [(*kind, text) for kind in BAD for text in BAD[kind].split("\n")]
)
def test_a_bad_text_breaks_its_rule(language: str, rule: str, text: str) -> None:
    assert rule in {remark.rule for remark in check(text, ABOUT[language])}
