"""The line that the service adds to a text which does not say by itself who speaks and how to check it.

Playbook versions never change, so those from before there were codes would otherwise call people out without one. Not
read by native speakers.
"""

import unicodedata
from collections.abc import Collection, Mapping

from playbook.domain.preparedness.proof import missing_proof
from playbook.domain.preparedness.texts import placeholders_in

#: How many digits a code has.
DIGITS = 6
#: What people put between digits, or copy along with them.
_BETWEEN = "-.\u2013\u200e\u200f\u2066\u2069"

#: What fills `{code}` where a page only shows a text; given to nobody.
SAMPLE_CODE = "482917"

#: Language → channel → fact → the words that carry it.
LINES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "sms": {
            "city": "From {city}.",
            "code": "Code {code}.",
            "callback": "Call back {callback}.",
        },
        "email": {
            "city": "This message is from {city}.",
            "code": "Your code is {code}. To check that this message is from us, type it at {check}",
            "callback": "To speak to us, call {callback}.",
        },
        "voice": {
            "city": "I am calling for {city}.",
            "code": "Your code is {code}.",
            "callback": "To check that this is us, hang up, call {callback} and say your code.",
        },
    },
    "ar": {
        "sms": {"city": "من {city}.", "code": "الرمز {code}.", "callback": "هاتف {callback}."},
        "email": {
            "city": "هذه الرسالة من {city}.",
            "code": "رمزكم هو {code}. للتأكد من أن الرسالة منا، اكتبوه هنا: {check}",
            "callback": "للتحدث إلينا، اتصلوا بالرقم {callback}.",
        },
        "voice": {
            "city": "أتصل بكم باسم {city}.",
            "code": "رمزكم هو {code}.",
            "callback": "للتأكد من أننا المتصلون، أنهوا المكالمة واتصلوا بالرقم {callback} واذكروا الرمز.",
        },
    },
    "fr": {
        "sms": {"city": "De {city}.", "code": "Code {code}.", "callback": "Rappel {callback}."},
        "email": {
            "city": "Ce message vient de : {city}.",
            "code": "Votre code est {code}. Pour vérifier que ce message vient de nous, saisissez-le ici : {check}",
            "callback": "Pour nous parler, appelez le {callback}.",
        },
        "voice": {
            "city": "J’appelle pour : {city}.",
            "code": "Votre code est {code}.",
            "callback": "Pour vérifier que c’est bien nous, raccrochez, appelez le {callback} et donnez votre code.",
        },
    },
    "sk": {
        "sms": {"city": "Posiela {city}.", "code": "Kód {code}.", "callback": "Tel. {callback}."},
        "email": {
            "city": "Túto správu posiela {city}.",
            "code": "Váš kód je {code}. Či je správa od nás, overíte tu: {check}",
            "callback": "Ak chcete hovoriť s nami, volajte {callback}.",
        },
        "voice": {
            "city": "Volá {city}.",
            "code": "Váš kód je {code}.",
            "callback": "Či sme to naozaj my, overíte tak, že zložíte, zavoláte {callback} a poviete svoj kód.",
        },
    },
}


def with_proof(
    message: str, channel: str, language: str, body: str, known: Collection[str] | None = None
) -> str:
    """Return `body` with a line for each fact of `message`'s proof that it lacks, placeholders still open.

    `known` are the facts that can still be filled in; what needs another one is left out. None means all of them.
    """
    found = next((t for t in (language, language.split("-")[0]) if t in LINES), "en")
    lines = [LINES[found][channel][fact] for fact in missing_proof(message, body)]
    lines = [li for li in lines if known is None or set(placeholders_in(li)) <= set(known)]
    between = "\n\n" if channel == "email" else " "
    return between.join([body.strip(), *([" ".join(lines)] if lines else [])])


def read_code(typed: str) -> str | None:
    """Return the six digits that somebody typed, in whichever script and however grouped; None if it is no code."""
    digits = []
    for character in typed:
        if character.isspace() or character in _BETWEEN:
            continue
        value = unicodedata.digit(character, None)
        if value is None:
            return None
        digits.append(str(value))
    return "".join(digits) if len(digits) == DIGITS else None
