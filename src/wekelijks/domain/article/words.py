"""Words by which a site names its own furniture, in Dutch and English first, where no sign can tell.

Everything here is a last resort: a language that is missing still gets its themes, insights and questions.
"""

import re

from wekelijks.domain.article import signs
from wekelijks.domain.article.blocks import Block


def _beginning(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_FAQ = _beginning(
    "(?:veel|vaak) ?gestelde vragen",
    "vragen (?:en|&) antwoorden",
    "vragen (?:van|over|rond|die)(?= )(?!.*\\?$)",
    "(?:jullie|jouw|lezers)vragen",
    "(?:lezers vragen|wat lezers)",
    "f\\.?a\\.?q",
    "frequently asked",
    "(?:common|popular) questions",
    "questions (?:and|&) answers",
    "q ?& ?a",
    "questions from readers",
    "readers ask",
    "häufig(?: gestellte|e) fragen",
    "foire aux questions",
    "questions fréquentes",
    "preguntas frecuentes",
    "domande frequenti",
)
_NAMES = {
    "faq": _FAQ,
    "related": _beginning(
        "ontdek (?:meer|ook|verder)",
        "meer (?:ontdekken|artikelen|blogs|lezen)",
        "(?:andere|gerelateerde|verwante|vergelijkbare|recente|populaire) (?:artikelen|blogs|berichten|thema)",
        "(?:dit )?(?:vind je )?misschien (?:vind je|ook)",
        "lees (?:ook|verder)$",
        "discover more",
        "explore more",
        "(?:more|other|related|similar|recent|popular) (?:articles|posts|reading|stories|blogs)",
        "related$",
        "you (?:might|may) also",
        "read next",
        "das könnte",
        "weitere artikel",
        "à lire aussi",
        "artículos relacionados",
    ),
    "sign-up": _beginning(
        "schrijf je (?:\\w+ )?in",
        "meld je (?:\\w+ )?aan",
        "aanmelden",
        "inschrijven",
        "ontvang (?:elke|iedere|wekelijks|mijn|de|onze)",
        "(?:elke|iedere) week .{0,60}(?:in je )?(?:mailbox|inbox|mail)",
        "(?:de )?nieuwsbrief",
        "ja, ik wil",
        "sign (?:me )?up",
        "subscribe",
        "join (?:the|my|our) (?:newsletter|list|mailing)",
        "(?:get|receive) .{0,60}(?:inbox|mailbox|newsletter|by e-?mail)",
        "(?:every|each) week .{0,60}(?:inbox|mailbox|mail)",
        "newsletter",
        "(?:get|receive|ontvang) (?:the|my|our|de|mijn|onze) (?:\\w+ )?(?:letter|brief|mail)",
        "(?:de )?(?:wekelijkse|zondagse|maandelijkse) (?:brief|mail|inspiratie)",
        "(?:the )?weekly (?:letter|mail)",
        "newsletter abonnieren",
        "abonnez-vous",
        "suscríbete",
    ),
    "greeting": _beginning(
        "(?:dank ?je ?wel|dank|bedankt|veel dank) (?:je |jullie |u )?(?:wel )?voor (?:het|je|jullie) (?:mee)?lezen",
        "(?:thanks|thank you)(?: so much)? for reading",
    ),
    "share": _beginning("deel dit", "delen(?:$| op| via)", "share (?:this|on|via)", "share$", "teilen$", "partager"),
    "comments": _beginning(
        "reacties", "\\d+ reacties?", "(?:laat|geef|plaats) een reactie", "comments?$", "leave a (?:reply|comment)"
    ),
    "author": _beginning(
        "over de (?:auteur|schrijver|schrijfster)",
        "over mij$",
        "about (?:the author|me)$",
        "written by",
        "geschreven door",
    ),
    "cookies": _beginning(
        "(?:wij|we|deze (?:web)?site|this (?:web)?site|our site) .{0,40}cookies?",
        "cookies?(?:$| ?instellingen| settings| policy)",
    ),
    "search": _beginning(
        "zoek(?:en)?$",
        "zoek(?:en)? (?:op|in|naar|binnen)(?: .*)?(?<![.!?])$",
        "waar ben je naar op zoek",
        "zoekbalk",
        "search$",
        "search (?:the|this|for|our|articles)(?: .*)?(?<![.!?])$",
        "what are you looking for",
        "tip: .*(?:zoek|search|typ|trefwoord|keyword|(?:één|een|twee|[12]|one|two) (?:woord|word))",
    ),
    "menu": _beginning(
        "menu$", "home$", "(?:skip|ga|spring|naar) (?:to|naar)?(?: ?de)? ?(?:main )?(?:content|inhoud)$"
    ),
}
_CLOSING = _beginning(
    "tot slot$",
    "tot slot[:—–-]",
    "slot(?:woord|gedachte)?$",
    "ten slotte",
    "conclusie",
    "afsluit(?:ing|end)",
    "samenvatting",
    "samengevat",
    "inleiding",
    "(?:de )?(?:twee|drie|vier|vijf|zes|zeven|2|3|4|5) (?:\\w+ )?vragen",
    "inhoud(?:sopgave)?$",
    "(?:in )?conclusion",
    "in closing",
    "to (?:conclude|close|sum up)",
    "summary",
    "introduction",
    "(?:two|three|four|five|2|3|4|5) (?:\\w+ )?questions",
    "(?:table of )?contents$",
    "in this article",
    "in dit artikel",
    "fazit",
    "drei fragen",
    "trois questions",
    "tres preguntas",
)
_GREETING = _beginning(
    "(?:met )?(?:\\w+ )?groet(?:en|jes)?",
    "(?:veel )?liefs",
    "tot (?:(?:de )?volgende|snel|gauw|ziens|dan|later)",
    "(?:warm(?:est)?|kind|best|with warm|many) (?:regards|wishes|greetings)",
    "warmly",
    "with (?:love|warmth|care)",
    "(?:much )?love",
    "yours(?: \\w+)?",
    "sincerely",
    "(?:see you|until) (?:next|soon|then)",
    "(?:herzliche|viele|liebe) grüße",
    "herzlich",
    "cordialement",
    "bien à (?:toi|vous)",
    "(?:un )?(?:abrazo|saludos)",
)
_SIGNED = re.compile(
    r"\s*,\s*(?:(?:en|and|und|et|y|van|de|der|den|von|&)\s+|[^\W\d_][\w.'’-]*\s*){1,6}[.!]?", re.IGNORECASE
)
"""Names behind the comma of a greeting."""
_MAILING = re.compile(
    r"mailbox|inbox|nieuwsbrief|newsletter|uitschrijven|afmelden|unsubscribe|e-?mail ?(?:adres|address)|opt out",
    re.IGNORECASE,
)
_WEEKLY = re.compile(
    r"\b(?:elke week|iedere week|wekelijks\w*|every week|each week|weekly|gratis|free|spam)\b", re.IGNORECASE
)
_SEARCH_TIP = re.compile(r"zoekterm|zoekwoord|zoekbalk|trefwoord|search (?:box|bar|term)|keyword", re.IGNORECASE)
_TIP = re.compile(r"\W*tip\b\s*[:—–-]", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*(?:inzicht(?:en)?|insights?|quote|citaat|reflectie|reflection|(?:reflectie)?vraag|(?:reflection )?question|"
    r"thema|theme|uitgelicht|einsicht|frage|impuls)\W*",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"(?:inzicht|insight|(?:reflectie)?vraag(?: (?:voor|van) \w+(?: \w+)?)?|"
    r"(?:reflection )?question(?: (?:for|of) \w+(?: \w+)?)?|frage)\s?:\s+",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\W*(?:(?:een )?voorbeeld|bijvoorbeeld|oefening|opdracht|tip|stap|let op|vraag|antwoord|p\.?s\.?|noot|nb|kortom|"
    r"(?:an )?example|exercise|practice|step|note|question|answer|in short|remember|onthoud|update|bron|source|foto|"
    r"photo|auteur|author|datum|date|leestijd|reading time|gepubliceerd|published|door|by|categorie|category|tags?|"
    r"beispiel|übung|exemple|ejemplo)\b(?: \d+)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\W*(?:thema|theme|les|lesson|deel|part|hoofdstuk|chapter|stap|step|kapitel|teil|thème) ?\d*\W*", re.IGNORECASE
)
_FAQ_LABEL = re.compile(
    r"\W*(?:vraag|antwoord|question|answer|frage|antwort|v|a|q)(?: ?\d{1,2})?\s?[:.)]\s+(?=\S)", re.IGNORECASE
)
_INSIGHT = re.compile(r"\W*(?:inzicht|insight|einsicht|quote|citaat)\s?:", re.IGNORECASE)
_ABOUT_QUESTIONS = re.compile(r"\b(?:vragen|questions|fragen|preguntas|domande)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"\W*(?:(?:reflectie)?vraag|(?:reflection )?question|frage)\b[^:?]{0,20}:\s+\S.*\?\W*", re.IGNORECASE
)
QUESTION_WORD = re.compile(
    r"\W*(?:wat|hoe\w*|waarom|wanneer|wie|waar\w*|welke?|kan|kun|moet|mag|is|zijn|heb|heeft|helpt|werkt|zal|ben|doe|wil|geldt|"
    r"what|how|why|when|who|where|which|can|do|does|should|is|are|may|must|will|could|would|am|have|has|"
    r"was|wie|warum|wann|comment|pourquoi|que|cómo|por qué)\b",
    re.IGNORECASE,
)

_CALL = _beginning(
    "zoek(?:en)?",
    "bekijk",
    "ontdek",
    "start",
    "begin",
    "(?:ga )?(?:naar|terug)",
    "ga",
    "volg",
    "download",
    "bestel",
    "boek (?:een|je|nu)",
    "maak een",
    "plan",
    "probeer",
    "vraag",
    "alle",
    "meer",
    "deel",
    "print",
    "doe mee",
    "luister",
    "kijk",
    "view",
    "see",
    "browse",
    "find",
    "search",
    "explore",
    "discover",
    "go",
    "back",
    "all",
    "more",
    "book (?:a|your|now)",
    "order",
    "try",
    "follow",
    "listen",
    "watch",
    "join",
    "get",
    "alle",
    "mehr",
    "zur",
    "zum",
)
_LEADS_TO_NAME = re.compile(
    r"\b(?:in|van|met|op|bij|naar|uit|voor|over|te|door|tot|aan|of|en|de|een|mijn|jouw|je|zijn|haar|ons|onze|volgens|als|"
    r"the|a|an|at|with|from|to|for|on|by|and|or|my|your|his|her|our|as|der|die|das|und|von|mit|bei)\s*$",
    re.IGNORECASE,
)

_HALF = re.compile(
    r"\W*(?:waarom|hoezo|hoe|wat|wie|en|maar|dus|of|why|how|what|and|but|so|or|warum|wieso|wie|was|und|pourquoi|et|por|y)\b",
    re.IGNORECASE,
)


def furniture(block: Block) -> str:
    """Which part of the site this block names or belongs to; empty where it may be material."""
    if block.furniture:
        return block.furniture
    text = signs.bare_heading(block.plain)
    if len(text) > 200:
        return ""
    if signs.has_lamp(text):
        return "search" if is_search_tip(text) else ""
    if is_greeting(text):
        return "greeting"
    for kind, phrase in _NAMES.items():
        if phrase.match(text) and (
            kind == "sign-up" or not text.endswith(".") or kind in ("search", "cookies", "greeting")
        ):
            return kind if kind != "sign-up" or _may_be_sign_up(block, text) else ""
    if _SEARCH_TIP.search(text) and (_TIP.match(text) or not signs.ends_sentence(text)):
        return "search"
    return "sign-up" if _is_sign_up(text) else ""


def is_search_tip(text: str) -> bool:
    """The tip beside a search box, which may carry a lamp of its own."""
    return bool(_TIP.match(signs.without_lamp(text))) and not signs.is_question(text)


def is_closing(text: str) -> bool:
    """A heading that names a part of the article that is no theme: introduction, questions, summary."""
    return bool(_CLOSING.match(signs.bare_heading(text)))


def is_greeting(text: str) -> bool:
    """The writer says goodbye."""
    found = _GREETING.match(text)
    if found and _SIGNED.fullmatch(text, found.end()):
        return True
    few = signs.words(text) <= (6 if text.endswith((",", "!")) else 4)
    return few and (bool(found) or (text.endswith(",") and len(text) < 40))


def is_label(text: str) -> bool:
    """Only names what follows: a word we know (“Inzicht”, “Thema 2:”), or any single word with a colon."""
    return is_known_label(text) or (signs.introduces(text) and signs.words(text) == 1)


def is_known_label(text: str) -> bool:
    """A word that names a part of a section, or the section by its number."""
    return bool(_LABEL.fullmatch(text) or _NUMBERED.fullmatch(text))


def is_remark(text: str) -> bool:
    """Words that with a colon begin a remark within a text, no theme: “Voorbeeld: …”."""
    return bool(_REMARK.fullmatch(text))


def names_insight(text: str) -> bool:
    """It says of itself that it is an insight."""
    return bool(_INSIGHT.match(text))


def asks(text: str) -> bool:
    """It begins as a question does."""
    return bool(QUESTION_WORD.match(text))


def is_half_question(text: str) -> bool:
    """A question that an answer asks itself (“Waarom niet? Omdat …”): one word, or two without a verb in front."""
    count = signs.words(text)
    return count == 1 or (count == 2 and bool(_HALF.match(text)))


def is_call(text: str) -> bool:
    """It begins as the text of a site's button does, arrow or not."""
    return bool(_CALL.match(text))


def leads_to_name(text: str) -> bool:
    """It ends in a word that ends no sentence, so that a capital behind it begins a name."""
    return bool(_LEADS_TO_NAME.search(text))


def is_about_questions(text: str) -> bool:
    """A line that announces questions."""
    return len(text) <= signs.SHORT and bool(_ABOUT_QUESTIONS.search(text))


def without_faq_label(text: str) -> str:
    """Without the “Vraag:” or “A:” before it."""
    return _FAQ_LABEL.sub("", text, count=1) if _FAQ_LABEL.match(text) else text


def without_label(text: str) -> str:
    """Without a word in front that only names what this is (“Vraag: …”)."""
    match = _PREFIX.match(text)
    rest = text[match.end() :] if match else ""
    return rest[:1].upper() + rest[1:] if rest else text


def asks_by_name(text: str) -> bool:
    """It says that it is the section's question, where the lamp is missing."""
    return len(text) <= 300 and bool(_ASKED.fullmatch(text))


def _may_be_sign_up(block: Block, text: str) -> bool:
    return block.is_heading or not signs.ends_sentence(text) or bool(_MAILING.search(text) or _WEEKLY.search(text))


def _is_sign_up(text: str) -> bool:
    signals = {found.lower() for found in _MAILING.findall(text)}
    return len(signals) > 1 or bool(signals and _WEEKLY.search(text))
