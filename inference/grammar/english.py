"""English."""

from inference.grammar.base import Grammar, frames, kinds, positions, sizes
from inference.vocabulary import Noun


def _article(noun: Noun) -> str:
    return f"{noun.shape} {noun.singular}" if noun.countable else noun.singular


def _several(noun: Noun) -> str:
    return f"several {noun.plural}"


ENGLISH = Grammar(
    code="en",
    hedge="May be an image of {}.",
    frames=frames(
        ("May be a screenshot or graphic of {}.", "May be a screenshot or graphic."),
        ("May be a black-and-white image of {}.", "May be a black-and-white image."),
        ("May be a dark image of {}.", "May be a dark image."),
    ),
    listed="Image may contain: {}",
    nothing="No description available.",
    machine="Made by a computer and not reviewed; it may be wrong.",
    pair="{0} and {1}",
    article=_article,
    several=_several,
    bare=True,
    person=("1 person", "a person"),
    people="{} people",
    group="a group of people",
    unsure="one or more people",
    quote="text that says '{}'",
    inner_quotes={"'": "’"},
    text="text",
    kinds=kinds(
        "People", "Animals", "Food", "Vehicles", "Buildings", "Nature", "Place", "Objects", "Activity", "Photo", "Text"
    ),
    positions=positions(
        "top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right"
    ),
    sizes=sizes("large", "medium-sized", "small"),
    date="{day} {month} {year}",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    taken="Taken",
    camera="Camera",
)
