"""What is said about people's own numbers: the link to their page, the code for a new number, what was changed.

Facts: {city}, {callback} (the number to call if something is wrong), {link}, {code}, {name}, and for the owner's weekly
mail the counts as lines in {list}. Every text says early that it is no alarm.
"""

from playbook.domain.preparedness.standing import Texts, Words

TEXTS: Texts = {
    "own-page": {
        "en": Words(
            "{city}, no alarm: see here which numbers we have of you, and correct them: {link}",
            "{city}: are these still your numbers?",
        ),
        "ar": Words(
            "{city}، ليس إنذارا: انظر هنا أي أرقام لدينا لك وصححها: {link}",
            "{city}: هل ما زالت هذه أرقامك؟",
        ),
        "fr": Words(
            "{city}, pas une alerte : voyez ici les numéros que nous avons de vous et corrigez-les : {link}",
            "{city} : ces numéros sont-ils toujours les vôtres ?",
        ),
        "sk": Words(
            "{city}, nie je to poplach: pozrite si, aké čísla na vás máme, a opravte ich: {link}",
            "{city}: sú to ešte vaše čísla?",
        ),
    },
    "number-code": {
        "en": Words(
            "{city}, no alarm: {code} is your code to confirm this number. Type it on your page within "
            "24 hours. If you did not ask for it, do nothing.",
            "{city}: your code to confirm this address",
        ),
        "ar": Words(
            "{city}، ليس إنذارا: {code} هو رمز تأكيد هذا الرقم. اكتبه في صفحتك خلال 24 ساعة. "
            "إن لم تطلبه فلا تفعل شيئا.",
            "{city}: رمز تأكيد هذا العنوان",
        ),
        "fr": Words(
            "{city}, pas une alerte : {code} est votre code pour confirmer ce numéro. Saisissez-le sur "
            "votre page dans les 24 heures. Si vous n'avez rien demandé, ne faites rien.",
            "{city} : votre code pour confirmer cette adresse",
        ),
        "sk": Words(
            "{city}, nie je to poplach: {code} je váš kód na potvrdenie tohto čísla. Zadajte ho na svojej "
            "stránke do 24 hodín. Ak ste oň nežiadali, nerobte nič.",
            "{city}: váš kód na potvrdenie tejto adresy",
        ),
    },
    "number-changed": {
        "en": Words(
            "{city}, no alarm: from now on we reach {name} at another number instead of this one. "
            "If that was not you, call us: {callback}",
            "{city}: this address was replaced",
        ),
        "ar": Words(
            "{city}، ليس إنذارا: من الآن نتصل بـ {name} على رقم آخر بدلا من هذا الرقم. "
            "إن لم تكن أنت من غيره فاتصل بنا: {callback}",
            "{city}: استبدل هذا العنوان",
        ),
        "fr": Words(
            "{city}, pas une alerte : désormais nous joignons {name} à un autre numéro que celui-ci. "
            "Si ce n'était pas vous, appelez-nous : {callback}",
            "{city} : cette adresse a été remplacée",
        ),
        "sk": Words(
            "{city}, nie je to poplach: {name} odteraz zastihneme na inom čísle namiesto tohto. "
            "Ak ste to neboli vy, zavolajte nám: {callback}",
            "{city}: táto adresa bola nahradená",
        ),
    },
    "number-added": {
        "en": Words(
            "{city}, no alarm: {name} gave us one more number. If that was not you, call us: {callback}",
            "{city}: one more number was added",
        ),
        "ar": Words(
            "{city}، ليس إنذارا: أعطانا {name} رقما إضافيا. إن لم تكن أنت فاتصل بنا: {callback}",
            "{city}: أضيف رقم آخر",
        ),
        "fr": Words(
            "{city}, pas une alerte : {name} nous a donné un numéro de plus. Si ce n'était pas vous, "
            "appelez-nous : {callback}",
            "{city} : un numéro a été ajouté",
        ),
        "sk": Words(
            "{city}, nie je to poplach: {name} nám dal(a) ďalšie číslo. Ak ste to neboli vy, zavolajte nám: "
            "{callback}",
            "{city}: pribudlo ďalšie číslo",
        ),
    },
    "number-disowned": {
        "en": Words(
            "{city}, no alarm: {name} says that this number is no longer theirs. If that is wrong, "
            "call us: {callback}",
            "{city}: is this address still right?",
        ),
        "ar": Words(
            "{city}، ليس إنذارا: يقول {name} إن هذا الرقم لم يعد له. إن كان ذلك خطأ فاتصل بنا: {callback}",
            "{city}: هل ما زال هذا العنوان صحيحا؟",
        ),
        "fr": Words(
            "{city}, pas une alerte : {name} dit que ce numéro n'est plus le sien. Si c'est faux, "
            "appelez-nous : {callback}",
            "{city} : cette adresse est-elle encore juste ?",
        ),
        "sk": Words(
            "{city}, nie je to poplach: {name} hovorí, že toto číslo už nie je jeho/jej. Ak to nie je pravda, "
            "zavolajte nám: {callback}",
            "{city}: je táto adresa ešte správna?",
        ),
    },
    "owner-summary": {
        "en": Words(
            "No alarm. This is new about the numbers of the organisations that you look after:\n\n{list}\n\n"
            "Names and numbers stand only here, after signing in: {link}",
            "{city}: numbers to look at this week",
        ),
        "ar": Words(
            "ليس إنذارا. هذا هو الجديد عن أرقام الجهات التي تتابعها:\n\n{list}\n\n"
            "الأسماء والأرقام هنا فقط بعد تسجيل الدخول: {link}",
            "{city}: أرقام تحتاج إلى مراجعة هذا الأسبوع",
        ),
        "fr": Words(
            "Pas une alerte. Voici ce qui est nouveau dans les numéros des organisations que vous suivez :\n\n"
            "{list}\n\nLes noms et les numéros ne se trouvent qu'ici, une fois connecté : {link}",
            "{city} : des numéros à vérifier cette semaine",
        ),
        "sk": Words(
            "Nie je to poplach. Toto je nové pri číslach organizácií, o ktoré sa staráte:\n\n{list}\n\n"
            "Mená a čísla sú len tu, po prihlásení: {link}",
            "{city}: čísla, ktoré treba tento týždeň skontrolovať",
        ),
    },
}

#: The lines of the owner's mail: finding → language → line; {count} is how many are new.
COUNTED = {
    "left": {
        "en": "People who say that they have left: {count}",
        "ar": "أشخاص يقولون إنهم غادروا: {count}",
        "fr": "Personnes qui disent être parties : {count}",
        "sk": "Ľudia, ktorí hovoria, že odišli: {count}",
    },
    "disowned": {
        "en": "Numbers that are no longer theirs: {count}",
        "ar": "أرقام لم تعد لأصحابها: {count}",
        "fr": "Numéros qui ne sont plus les leurs : {count}",
        "sk": "Čísla, ktoré im už nepatria: {count}",
    },
    "bounced": {
        "en": "Numbers and addresses that bounced: {count}",
        "ar": "أرقام وعناوين ارتدت رسائلها: {count}",
        "fr": "Numéros et adresses dont les messages sont revenus : {count}",
        "sk": "Čísla a adresy, z ktorých sa správy vrátili: {count}",
    },
    "silent": {
        "en": "Numbers that were silent in the last proofs: {count}",
        "ar": "أرقام لم تجب في آخر الاختبارات: {count}",
        "fr": "Numéros restés muets aux dernières vérifications : {count}",
        "sk": "Čísla, ktoré pri posledných overeniach mlčali: {count}",
    },
    "corrected": {
        "en": "Numbers that people corrected themselves: {count}",
        "ar": "أرقام صححها أصحابها: {count}",
        "fr": "Numéros corrigés par les personnes elles-mêmes : {count}",
        "sk": "Čísla, ktoré si ľudia opravili sami: {count}",
    },
}
