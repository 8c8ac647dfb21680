"""Two letters worth reading, one Dutch and one English, for the tests to compose, and their newsletter."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from wekelijks.domain.letter import Letter
from wekelijks.domain.material import Link
from wekelijks.domain.newsletter import DoubtPolicy, Newsletter
from wekelijks.mail.composer import Composed, Composer
from wekelijks.mail.templates import Templates

BASE_URL = "https://brief.stilte.example"
SENT = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)

STILTE = Newsletter(
    id=1,
    slug="stilte",
    name="Stilte op zondag",
    sender_name="Marijke de Wit",
    sender_address="marijke@stilte.example",
    reply_to=None,
    language="nl",
    timezone="Europe/Amsterdam",
    weekday=6,
    moment=time(8, 0),
    grace_hours=24,
    repeat_after_weeks=52,
    postal_address="Kerkstraat 1\n1234 AB Ons Dorp",
    promise="Elke week een helder moment van rust en richting, in je mailbox.",
    sign_off="",
    invitation="",
    site_url="https://stilte.example",
    privacy_url="",
    accent="#7a4b2a",
    doubt_policy=DoubtPolicy.RESEND,
    created_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
    is_default=True,
)

DUTCH = Letter(
    on=date(2026, 3, 8),
    subject="Wat je neerlegt, blijft ook liggen",
    preheader="Over de tas die je al jaren meedraagt, en wat erin zit.",
    title="Loslaten",
    subtitle="wat je neerlegt, blijft ook liggen",
    reflection="""\
Mijn moeder had een tas waar alles in zat. Pleisters, een zaklamp, drie sleutels waarvan niemand nog wist welke \
deur erbij hoorde. Toen ik vroeg waarom ze die sleutels bewaarde, keek ze me aan alsof ik haar vroeg een kind weg \
te geven. "Je weet maar nooit," zei ze.

Ik denk vaak aan die sleutels. We dragen allemaal iets bij ons dat ooit een deur opende. Een oude boosheid, een \
belofte die niemand ons meer houdt, het beeld van wie we *hadden moeten* worden. Het weegt niet veel. Je voelt het \
pas als je het neerzet.

Loslaten wordt vaak verkocht als iets groots, een besluit op een bergtop. Meestal is het kleiner. Het is 's avonds \
de telefoon in de gang laten liggen. Een gesprek niet voor de vierde keer voeren in je hoofd. Het is merken dat je \
hand al een kwartier een vuist is, en hem dan openen.

Je hoeft de tas niet leeg te gooien. Haal er deze week één sleutel uit, leg hem op tafel en kijk ernaar. Misschien \
past hij nog. Misschien blijft hij liggen, en loop jij lichter de deur uit.""",
    insight="Wat je vasthoudt, houdt jou ook vast.",
    question="Welke sleutel draag je nog bij je, zonder dat je weet op welke deur hij past?",
    read_more=Link(title="Loslaten is geen bergtop", url="https://stilte.example/loslaten"),
    ps="Vorige week vroeg ik wat je zou doen met een vrije ochtend. Veertig van jullie schreven terug. *Dank.*",
)

ENGLISH = Letter(
    on=date(2026, 3, 8),
    subject="The room that is already quiet",
    preheader="You do not have to make silence. You only have to stop leaving it.",
    opening="It froze again last night, just when I had put the blankets away. So much for plans.",
    title="Inner freedom",
    subtitle="the room that is already quiet",
    reflection="""\
There is a bench behind our library where nobody sits. It faces a wall, and the wall is not a handsome one. For a \
whole winter I walked past it on my way to somewhere more useful, until one morning my train was late and I sat down.

Nothing happened. That is the entire story, and I have been going back ever since.

Most of us think of freedom as a door: once the work is done, once the children are older, once the letter comes. \
We stand in front of it with our coat on. But the times I have felt free had no door in them. There was a bench, a \
wall, ten minutes that belonged to nobody.

Perhaps freedom is less a place that we reach than a room that we keep leaving. The mind says "later" and is gone. \
You cannot forbid it to go. You can notice that it went, and come back without making a speech about it:

- sit down before you have earned it;
- let one thought finish without answering it;
- get up when you want to, not when you must.

Ten minutes is plenty. The wall will wait.""",
    insight="Freedom is not the door at the end of the corridor. It is the habit of sitting down in the corridor.",
    question="Where could you sit for ten minutes this week, with nothing to show for it?",
    asked="How do I stay calm when the people around me are not?",
    answer="You do not have to stay calm; you have to *come back*. Put both feet on the floor, breathe out longer "
    "than you breathed in, and answer one sentence later than you wanted to.",
    read_more=Link(title="Five small rooms of inner freedom", url="https://stilte.example/inner-freedom"),
)


def composed(letter: Letter = DUTCH, newsletter: Newsletter = STILTE, **wishes: Any) -> Composed:
    """This letter by our own templates; `wishes` as `Composer.compose` takes them, and `templates`."""
    composer = Composer(wishes.pop("templates", None) or Templates())
    values: dict[str, Any] = {"base_url": BASE_URL, "key_id": "1", "date": SENT, **wishes}
    return composer.compose(letter, newsletter, **values)


def with_words(letter: Letter = DUTCH, **changes: Any) -> Letter:
    """The letter with these fields changed."""
    return replace(letter, **changes)
