"""Plain sentences for messages that a playbook may leave out: warning similar places, and messages to lists.

Not read by native speakers; a playbook's own message always comes first. No warning says what has happened, where, or
what kind of place is warned: whoever sees the phone must not learn whose it is.
"""

from collections.abc import Mapping

SMS = "sms"
EMAIL = "email"
VOICE = "voice"

#: Language → message, or message and channel ("site-warning.email") → text.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "site-warning": (
            "{city} crisis cell, alert {number}: something has happened in the city. Please be careful and look after "
            "your place. {text} Your contact for protection: {callback}. Reply 1 received, 2 ask my deputy, "
            "3 please call me. {link}"
        ),
        "site-warning.voice": (
            "This is the crisis cell of {city}, alert {number}. Something has happened in the city, and we want you to "
            "hear it from us. Please be careful and look after your place. {text} Your contact for protection is "
            "{callback}; call it now to be sure that this is us. Have you understood? Shall we call you again?"
        ),
        "site-thanks": (
            "{city}, alert {number}: thank you, we know that you know. Your contact for protection: {callback}"
        ),
        "site-deputy": (
            "{city}, alert {number}: thank you, your deputy is being told now. Your contact: {callback}"
        ),
        "site-call-you": (
            "{city}, alert {number}: a person will call you. If it is urgent, do not wait: {callback}"
        ),
        "list-message": "{city} crisis cell, alert {number}: {text} {link} Questions: {callback}",
    },
    "ar": {
        "site-warning": (
            "خلية أزمة {city}، تنبيه {number}: وقع أمر في المدينة. نرجو الحذر والاعتناء بمكانكم. {text} جهة الاتصال "
            "لحمايتكم: {callback}. أجيبوا 1 وصلتني، 2 اسألوا نائبي، 3 اتصلوا بي. {link}"
        ),
        "site-warning.voice": (
            "هنا خلية أزمة {city}، التنبيه {number}. وقع أمر في المدينة ونريد أن تسمعوه منا. نرجو الحذر والاعتناء "
            "بمكانكم. {text} جهة الاتصال لحمايتكم هي {callback}، اتصلوا بها الآن لتتأكدوا من أننا نحن. هل فهمتم؟ "
            "هل نتصل بكم مرة أخرى؟"
        ),
        "site-thanks": "{city}، تنبيه {number}: شكرًا لكم، نعلم الآن أنكم على علم. جهة الاتصال لحمايتكم: {callback}",
        "site-deputy": "{city}، تنبيه {number}: شكرًا لكم، نُعلم نائبكم الآن. جهة الاتصال: {callback}",
        "site-call-you": "{city}، تنبيه {number}: سيتصل بكم شخص. إن كان الأمر عاجلًا فلا تنتظروا: {callback}",
        "list-message": "خلية أزمة {city}، تنبيه {number}: {text} {link} للأسئلة: {callback}",
    },
    "fr": {
        "site-warning": (
            "Cellule de crise {city}, alerte {number}: il s'est passé quelque chose en ville. Soyez prudents et "
            "veillez sur votre lieu. {text} Votre contact pour la protection: {callback}. Répondez 1 bien lu, "
            "2 mon suppléant, 3 appelez-moi. {link}"
        ),
        "site-warning.voice": (
            "Ici la cellule de crise de {city}, alerte {number}. Il s'est passé quelque chose en ville et nous voulons "
            "que vous l'appreniez de nous. Soyez prudents et veillez sur votre lieu. {text} Votre contact pour la "
            "protection est le {callback} ; appelez-le maintenant pour être sûrs que c'est bien nous. "
            "Avez-vous compris ? Devons-nous vous rappeler ?"
        ),
        "site-thanks": (
            "{city}, alerte {number}: merci, nous savons que vous êtes au courant. "
            "Contact pour la protection: {callback}"
        ),
        "site-deputy": (
            "{city}, alerte {number}: merci, votre suppléant est prévenu maintenant. Contact: {callback}"
        ),
        "site-call-you": (
            "{city}, alerte {number}: quelqu'un va vous appeler. Si c'est urgent, n'attendez pas: {callback}"
        ),
        "list-message": "Cellule de crise {city}, alerte {number}: {text} {link} Questions: {callback}",
    },
    "sk": {
        "site-warning": (
            "{city}, krízový štáb, výzva {number}: v meste sa niečo stalo. Buďte opatrní a dávajte pozor na svoje "
            "miesto. {text} Váš kontakt na ochranu: {callback}. Odpovedzte 1 viem o tom, "
            "2 môj zástupca, 3 zavolajte mi. {link}"
        ),
        "site-warning.voice": (
            "Tu je krízový štáb mesta {city}, výzva {number}. V meste sa niečo stalo a chceme, aby ste to počuli "
            "od nás. Buďte opatrní a dávajte pozor na svoje miesto. {text} Váš kontakt na ochranu je {callback}; "
            "zavolajte tam hneď, aby ste mali istotu, že sme to my. Rozumiete? Máme vám ešte zavolať?"
        ),
        "site-thanks": "{city}, výzva {number}: ďakujeme, vieme, že o tom viete. Kontakt na ochranu: {callback}",
        "site-deputy": "{city}, výzva {number}: ďakujeme, váš zástupca sa to dozvedá teraz. Kontakt: {callback}",
        "site-call-you": "{city}, výzva {number}: niekto vám zavolá. Ak je to súrne, nečakajte: {callback}",
        "list-message": "{city}, krízový štáb, výzva {number}: {text} {link} Otázky: {callback}",
    },
}  # fmt: skip


def language_of(language: str) -> str:
    """Return the language that `language` is read in here: itself, its base, or English."""
    tried = language if language in WORDS else language.split("-")[0]
    return tried if tried in WORDS else "en"


def speaks(language: str) -> bool:
    """Whether these sentences exist in `language` or its base."""
    return language in WORDS or language.split("-")[0] in WORDS


def plain_words(message: str, language: str, channel: str) -> str | None:
    """Return the sentence for `message`; None for a message that a playbook must have."""
    words = WORDS[language_of(language)]
    return words.get(f"{message}.{channel}", words.get(message))
