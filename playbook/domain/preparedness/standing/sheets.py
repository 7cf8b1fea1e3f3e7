"""What goes with the call sheets that are mailed to the cell: counts only, never a name or a number of a person.

Facts: {city}, {playbooks}, {pages}, {new}, {changed}, {gone}, {link}. Each text says that it is no alarm.
"""

from playbook.domain.preparedness.standing import Texts, Words

TEXTS: Texts = {
    "call-sheets": {
        "en": Words(
            "This is not an alarm.\n\n"
            "The directory of {city} has changed since the last call sheets were mailed. "
            "New lines: {new}. Changed lines: {changed}. Lines gone: {gone}.\n\n"
            "Attached are the fresh sheets. Playbooks: {playbooks}. Pages: {pages}. They hold personal "
            "numbers: print them, lock them away, destroy the old ones, then delete this mail.\n\n"
            "To stop these mails: {link}",
            "{city}: fresh call sheets (not an alarm)",
        ),
        "ar": Words(
            "هذا ليس إنذارًا.\n\n"
            "تغيّر دليل {city} منذ آخر مرة أُرسلت فيها أوراق الاتصال. "
            "أسطر جديدة: {new}. أسطر تغيّرت: {changed}. أسطر حُذفت: {gone}.\n\n"
            "الأوراق المحدّثة مرفقة. خطط الاستجابة: {playbooks}. الصفحات: {pages}. فيها أرقام شخصية: اطبعها "
            "واحفظها في مكان مقفل وأتلف القديمة، ثم احذف هذه الرسالة.\n\n"
            "لإيقاف هذه الرسائل: {link}",
            "{city}: أوراق اتصال محدّثة (ليس إنذارًا)",
        ),
        "fr": Words(
            "Ceci n'est pas une alerte.\n\n"
            "L'annuaire de {city} a changé depuis le dernier envoi des fiches d'appel. "
            "Lignes nouvelles : {new}. Lignes modifiées : {changed}. Lignes supprimées : {gone}.\n\n"
            "Les fiches à jour sont jointes. Plans : {playbooks}. Pages : {pages}. Elles contiennent des "
            "numéros personnels : imprimez-les, gardez-les sous clé, détruisez les anciennes, puis supprimez "
            "ce message.\n\n"
            "Pour ne plus recevoir ces messages : {link}",
            "{city} : fiches d'appel à jour (pas une alerte)",
        ),
        "sk": Words(
            "Toto nie je poplach.\n\n"
            "Adresár mesta {city} sa od posledného zaslania volacích hárkov zmenil. "
            "Nové riadky: {new}. Zmenené riadky: {changed}. Odstránené riadky: {gone}.\n\n"
            "Aktuálne hárky sú v prílohe. Plány: {playbooks}. Strany: {pages}. Obsahujú osobné čísla: "
            "vytlačte ich, zamknite, staré zničte a túto správu potom vymažte.\n\n"
            "Ak tieto správy už nechcete: {link}",
            "{city}: aktuálne volacie hárky (nie je to poplach)",
        ),
    },
    "call-sheets-first": {
        "en": Words(
            "This is not an alarm.\n\n"
            "Attached are the call sheets of {city}, for a night in which no server answers. "
            "Playbooks: {playbooks}. Pages: {pages}. They hold personal numbers: print them, lock them "
            "away, then delete this mail. Whenever the directory has changed, fresh ones follow.\n\n"
            "To stop these mails: {link}",
            "{city}: call sheets (not an alarm)",
        ),
        "ar": Words(
            "هذا ليس إنذارًا.\n\n"
            "مرفق أوراق الاتصال الخاصة بـ {city}، لليلة لا يعمل فيها أي خادم. "
            "خطط الاستجابة: {playbooks}. الصفحات: {pages}. فيها أرقام شخصية: اطبعها واحفظها في مكان مقفل، "
            "ثم احذف هذه الرسالة. كلما تغيّر الدليل تصلك أوراق محدّثة.\n\n"
            "لإيقاف هذه الرسائل: {link}",
            "{city}: أوراق الاتصال (ليس إنذارًا)",
        ),
        "fr": Words(
            "Ceci n'est pas une alerte.\n\n"
            "Vous trouverez ci-joint les fiches d'appel de {city}, pour une nuit où aucun serveur ne répond. "
            "Plans : {playbooks}. Pages : {pages}. Elles contiennent des numéros personnels : imprimez-les, "
            "gardez-les sous clé, puis supprimez ce message. À chaque changement de l'annuaire, de nouvelles "
            "fiches suivent.\n\n"
            "Pour ne plus recevoir ces messages : {link}",
            "{city} : fiches d'appel (pas une alerte)",
        ),
        "sk": Words(
            "Toto nie je poplach.\n\n"
            "V prílohe sú volacie hárky mesta {city} pre noc, keď žiadny server neodpovedá. "
            "Plány: {playbooks}. Strany: {pages}. Obsahujú osobné čísla: vytlačte ich, zamknite a túto "
            "správu potom vymažte. Keď sa adresár zmení, prídu nové.\n\n"
            "Ak tieto správy už nechcete: {link}",
            "{city}: volacie hárky (nie je to poplach)",
        ),
    },
}
