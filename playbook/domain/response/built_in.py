"""Plain sentences for incidents whose playbook was published before these messages existed.

A version never changes, and an incident that runs on an old one must still be ended in words. Not read by native
speakers; a playbook's own message always comes first.
"""

from collections.abc import Mapping

from playbook.domain.response.built_in_words import language_of, plain_words
from playbook.domain.response.changes import ChangeKind
from playbook.domain.response.proof import with_proof
from playbook.domain.response.texts import FrozenText, fill_known

#: What can be filled in whenever a message leaves.
_AT_SENDING = ("number", "level", "code", "check")

BUILT_IN = {
    "en": {
        ChangeKind.FALSE_ALARM: "Alert {number} was a false alarm. You are not needed. Thank you.",
        ChangeKind.LEVEL: "Alert {number}: the level is now {level}.",
        ChangeKind.CORRECTION: "Alert {number}, correction: {text}",
        ChangeKind.STAND_DOWN: "Alert {number}: stand down. You are not needed any more. Thank you.",
    },
    "ar": {
        ChangeKind.FALSE_ALARM: "التنبيه {number} كان إنذارًا كاذبًا. لا حاجة إلى حضوركم. شكرًا لكم.",
        ChangeKind.LEVEL: "التنبيه {number}: المستوى الآن {level}.",
        ChangeKind.CORRECTION: "التنبيه {number}، تصحيح: {text}",
        ChangeKind.STAND_DOWN: "التنبيه {number}: انتهت المهمة. لم تعد هناك حاجة إليكم. شكرًا لكم.",
    },
    "fr": {
        ChangeKind.FALSE_ALARM: "L'alerte {number} était une fausse alerte. Vous n'avez rien à faire. Merci.",
        ChangeKind.LEVEL: "Alerte {number} : le niveau est maintenant {level}.",
        ChangeKind.CORRECTION: "Alerte {number}, correction : {text}",
        ChangeKind.STAND_DOWN: "Alerte {number} : c'est terminé. Vous n'avez plus rien à faire. Merci.",
    },
    "sk": {
        ChangeKind.FALSE_ALARM: "Výzva {number} bola planý poplach. Nemusíte nič robiť. Ďakujeme.",
        ChangeKind.LEVEL: "Výzva {number}: stupeň je teraz {level}.",
        ChangeKind.CORRECTION: "Výzva {number}, oprava: {text}",
        ChangeKind.STAND_DOWN: "Výzva {number}: skončili sme. Už vás nepotrebujeme. Ďakujeme.",
    },
}
SUBJECT = "{number}"


def built_in(
    message: str, language: str, channel: str, mark: str, facts: Mapping[str, str]
) -> FrozenText | None:
    """Return the built-in sentence for `message`, in English where `language` has none; None for other messages.

    `mark` is the exercise mark with which it begins, or empty; `facts` are filled in as far as they are known.
    """
    found = language_of(language)
    if text := plain_words(message, language, channel):
        subject = mark + fill_known("{city} {number}", facts) if channel == "email" else None
        body = fill_known(with_proof(message, channel, found, text), facts)
        return FrozenText(message, found, channel, subject, mark + body)
    if message not in BUILT_IN[found]:
        return None
    sentence = BUILT_IN[found][ChangeKind(message)]
    body = with_proof(message, channel, found, sentence, (*_AT_SENDING, *facts))
    return FrozenText(
        message,
        found,
        channel,
        mark + SUBJECT if channel == "email" else None,
        mark + fill_known(body, facts),
    )
