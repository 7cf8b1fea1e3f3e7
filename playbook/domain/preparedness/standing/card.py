"""What goes with the sender's contact card. Facts: {city}, {card} (an address).

Each text says first that it is no alarm.
"""

from playbook.domain.preparedness.standing import Texts, Words

TEXTS: Texts = {
    "sender-card": {
        "en": Words(
            "{city}: no alarm. Please save who we are, so that you know our messages when it counts: {card}",
            "{city}: please save who we are (no alarm)",
        ),
        "ar": Words(
            "{city}: هذا ليس إنذارًا. نرجو حفظ بياناتنا لتعرفوا رسائلنا وقت الحاجة: {card}",
            "{city}: نرجو حفظ بياناتنا (ليس إنذارًا)",
        ),
        "fr": Words(
            "{city} : ce n'est pas une alerte. Merci d'enregistrer nos coordonnées, pour reconnaître nos messages "
            "le moment venu : {card}",
            "{city} : enregistrez nos coordonnées (pas une alerte)",
        ),
        "sk": Words(
            "{city}: nie je to poplach. Uložte si nás, prosím, aby ste naše správy spoznali, keď na tom bude "
            "záležať: {card}",
            "{city}: uložte si nás (nie je to poplach)",
        ),
    },
}
