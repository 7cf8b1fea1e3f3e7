"""What a routine check of numbers and a drill say.

Facts: {city}, {link} (the person's own page), {confirm} (one press says that the address is right); to administrators
{asked}, {answered}, {silent}, {bounced}, {cannot}, {median} in minutes. A check says in its first words that it is no
alarm, a drill that it is one.
"""

from playbook.domain.preparedness.standing import Texts, Words

TEXTS: Texts = {
    "proof-sms": {
        "en": Words(
            "Routine check of this number, no alarm. Reply 1. Number wrong or changed? {link} {city}"
        ),
        "ar": Words("فحص دوري لهذا الرقم، ليس إنذارًا. أجب بـ 1. الرقم خطأ أو تغيّر؟ {link} {city}"),
        "fr": Words(
            "Vérification de routine de ce numéro, aucune alerte. Répondez 1. "
            "Numéro faux ou changé ? {link} {city}"
        ),
        "sk": Words(
            "Bežná kontrola tohto čísla, žiadny poplach. Odpovedzte 1. "
            "Číslo je nesprávne alebo sa zmenilo? {link} {city}"
        ),
    },
    "proof-mail": {
        "en": Words(
            "This is a routine check of this address. It is no alarm.\n\n"
            "{city} asks from time to time whether its messages reach you. Confirm here:\n{confirm}\n\n"
            "Has an address or a number changed? Correct it here:\n{link}",
            "Routine check of this address, no alarm",
        ),
        "ar": Words(
            "هذا فحص دوري لهذا العنوان، وليس إنذارًا.\n\n"
            "تسأل {city} بين حين وآخر إن كانت رسائلها تصل إليك. أكّد هنا:\n{confirm}\n\n"
            "هل تغيّر عنوان أو رقم؟ صحّحه هنا:\n{link}",
            "فحص دوري لهذا العنوان، ليس إنذارًا",
        ),
        "fr": Words(
            "Ceci est une vérification de routine de cette adresse. Ce n'est pas une alerte.\n\n"
            "{city} demande de temps en temps si ses messages vous parviennent. Confirmez ici :\n"
            "{confirm}\n\nUne adresse ou un numéro a changé ? Corrigez ici :\n{link}",
            "Vérification de routine de cette adresse, aucune alerte",
        ),
        "sk": Words(
            "Toto je bežná kontrola tejto adresy. Nie je to poplach.\n\n"
            "{city} sa z času na čas pýta, či k vám jej správy prichádzajú. Potvrďte tu:\n"
            "{confirm}\n\nZmenila sa adresa alebo číslo? Opravte ich tu:\n{link}",
            "Bežná kontrola tejto adresy, žiadny poplach",
        ),
    },
    "proof-thanks": {
        "en": Words("Thank you, this number works. It was a routine check, no alarm."),
        "ar": Words("شكرًا، هذا الرقم يعمل. كان فحصًا دوريًا، ليس إنذارًا."),
        "fr": Words("Merci, ce numéro fonctionne. C'était une vérification, aucune alerte."),
        "sk": Words("Ďakujeme, toto číslo funguje. Bola to bežná kontrola, žiadny poplach."),
    },
    "drill-sms": {
        "en": Words("DRILL, no alarm: reply 1 as soon as you read this. {city}"),
        "ar": Words("تمرين، ليس إنذارًا: أجب بـ 1 حالما تقرأ هذا. {city}"),
        "fr": Words("EXERCICE, aucune alerte : répondez 1 dès que vous lisez ceci. {city}"),
        "sk": Words("CVIČENIE, žiadny poplach: odpovedzte 1, len čo si toto prečítate. {city}"),
    },
    "drill-thanks": {
        "en": Words("DRILL: thank you, your answer is noted. Nothing else is to be done."),
        "ar": Words("تمرين: شكرًا، سُجّل جوابك. لا شيء آخر مطلوب."),
        "fr": Words("EXERCICE : merci, votre réponse est notée. Rien d'autre à faire."),
        "sk": Words("CVIČENIE: ďakujeme, vaša odpoveď je zapísaná. Nič viac netreba robiť."),
    },
    "proof-closed": {
        "en": Words(
            "The routine check of the directory is over.\n\n"
            "Asked: {asked}\nAnswered: {answered}\nSilent: {silent}\nBounced: {bounced}\n"
            "Could not be asked: {cannot}\n\nWho is silent, by organisation:\n{link}",
            "Numbers checked: {answered} of {asked} answered",
        ),
        "ar": Words(
            "انتهى الفحص الدوري للدليل.\n\n"
            "سُئل: {asked}\nأجاب: {answered}\nصامت: {silent}\nمرتد: {bounced}\n"
            "تعذّر سؤاله: {cannot}\n\nالصامتون حسب المؤسسة:\n{link}",
            "فُحصت الأرقام: أجاب {answered} من {asked}",
        ),
        "fr": Words(
            "La vérification de routine de l'annuaire est terminée.\n\n"
            "Interrogés : {asked}\nOnt répondu : {answered}\nSilencieux : {silent}\n"
            "Rejetés : {bounced}\nImpossible à interroger : {cannot}\n\n"
            "Les silencieux, par organisation :\n{link}",
            "Numéros vérifiés : {answered} réponses sur {asked}",
        ),
        "sk": Words(
            "Bežná kontrola adresára sa skončila.\n\n"
            "Opýtané: {asked}\nOdpovedali: {answered}\nBez odpovede: {silent}\n"
            "Vrátené: {bounced}\nNedalo sa opýtať: {cannot}\n\nKto mlčí, podľa organizácií:\n{link}",
            "Čísla skontrolované: {answered} z {asked} odpovedalo",
        ),
    },
    "drill-closed": {
        "en": Words(
            "The drill is over.\n\nRoles asked: {asked}\nAnswered in time: {answered}\n"
            "Median: {median} min\n\nTime to answer by role:\n{link}",
            "Drill: {answered} of {asked} roles answered",
        ),
        "ar": Words(
            "انتهى التمرين.\n\nأدوار سُئلت: {asked}\nأجابت في الوقت: {answered}\n"
            "الوسيط: {median} دقيقة\n\nزمن الجواب حسب الدور:\n{link}",
            "تمرين: أجاب {answered} من {asked} أدوار",
        ),
        "fr": Words(
            "L'exercice est terminé.\n\nRôles interrogés : {asked}\nRéponses à temps : {answered}\n"
            "Médiane : {median} min\n\nDélai de réponse par rôle :\n{link}",
            "Exercice : {answered} rôles sur {asked} ont répondu",
        ),
        "sk": Words(
            "Cvičenie sa skončilo.\n\nOpýtané roly: {asked}\nOdpovedali včas: {answered}\n"
            "Medián: {median} min\n\nČas do odpovede podľa roly:\n{link}",
            "Cvičenie: odpovedalo {answered} z {asked} rolí",
        ),
    },
}
