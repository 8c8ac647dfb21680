"""The words of the letter itself: what stands around a writer's own text."""

LETTER: dict[str, dict[str, str]] = {
    "nl": {
        "day": "EEEE d MMMM y",
        "greeting": "Dag,",
        "greeting_named": "Dag {name},",
        "hang": "-.3em",  # How far the opening mark stands in the margin, so that the words line up.
        "quote_open": "‘",
        "quote_close": "’",
        "inner_open": "“",
        "inner_close": "”",
        "question": "De vraag voor deze week",
        "asked": "Een vraag van een lezer",
        "invitation": "Wil je er iets over kwijt? Beantwoord deze brief gewoon. Ik lees alles.",
        "sign_off": "Hartelijke groet,",
        "ps": "PS",
        "read_on": "Verder lezen",
        "read_whole": "Lees hier verder",
        "whole_letter": "de hele brief op de site",
        "keep": "Deze brief bewaren",
        "sent_by": "{newsletter} is een brief van {sender}.",
        "note_from": "Dit bericht komt van {newsletter}.",
        "since": "Je krijgt deze brief omdat je je voor {newsletter} hebt aangemeld.",
        "since_date": "Je krijgt deze brief omdat je je op {date} hebt aangemeld.",
        "since_source": "Je krijgt deze brief omdat je je hebt aangemeld via {source}.",
        "since_date_source": "Je krijgt deze brief omdat je je op {date} hebt aangemeld via {source}.",
        "since_nobody": "Je krijgt deze brief als proef: iemand heeft hem naar dit adres laten sturen.",
        "pause": "Even pauzeren",
        "unsubscribe": "Afmelden",
        "privacy": "Privacy",
        "test_subject": "[Proef] {subject}",
        "test_line": "Dit is een proef. Pauzeren, afmelden en bewaren kan in een proef niet.",
        "inert": "werkt niet in een proef",
    },
    "en": {
        "day": "EEEE d MMMM y",
        "greeting": "Hello,",
        "greeting_named": "Hello {name},",
        "hang": "-.46em",
        "quote_open": "“",
        "quote_close": "”",
        "inner_open": "‘",
        "inner_close": "’",
        "question": "The question for this week",
        "asked": "A question from a reader",
        "invitation": "Is there anything you would like to tell me? Just reply to this letter. I read everything.",
        "sign_off": "Warm regards,",
        "ps": "PS",
        "read_on": "Read on",
        "read_whole": "Continue reading",
        "whole_letter": "the whole letter on the site",
        "keep": "Keep this letter",
        "sent_by": "{newsletter} is a letter from {sender}.",
        "note_from": "This message comes from {newsletter}.",
        "since": "You receive this letter because you signed up for {newsletter}.",
        "since_date": "You receive this letter because you signed up on {date}.",
        "since_source": "You receive this letter because you signed up at {source}.",
        "since_date_source": "You receive this letter because you signed up at {source} on {date}.",
        "since_nobody": "You receive this letter as a test: somebody had it sent to this address.",
        "pause": "Pause for a while",
        "unsubscribe": "Unsubscribe",
        "privacy": "Privacy",
        "test_subject": "[Test] {subject}",
        "test_line": "This is a test. Pausing, unsubscribing and keeping are not possible in a test.",
        "inert": "does not work in a test",
    },
}


def words_of(language: str) -> dict[str, str]:
    """The letter's words in this language, or in English where we have none."""
    return LETTER[language_of(language)]


def language_of(language: str) -> str:
    """The language that these words are in: `nl-BE` has Dutch ones, what we do not know English ones."""
    primary = language.lower().partition("-")[0]
    return primary if primary in LETTER else "en"
