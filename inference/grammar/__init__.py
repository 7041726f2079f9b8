"""The six languages: a grammar each, by its code."""

from inference.grammar.base import FACTS, Grammar, join
from inference.grammar.english import ENGLISH
from inference.grammar.french import FRENCH
from inference.grammar.german import GERMAN
from inference.grammar.italian import ITALIAN
from inference.grammar.portuguese import PORTUGUESE
from inference.grammar.spanish import SPANISH

GRAMMARS = {grammar.code: grammar for grammar in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE)}
"""Every grammar by its language code."""

__all__ = ["FACTS", "GRAMMARS", "Grammar", "join"]
