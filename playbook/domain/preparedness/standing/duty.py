"""What is said about turns of duty: the link to one's own page, and every step of a swap.

Facts: {city}, {role}, {from} and {to} (names), {stretch} (with its zone), {link}. Each text says that it is
no alarm, so that nobody takes it for an alarm.
"""

from playbook.domain.preparedness.standing import Texts, Words

TEXTS: Texts = {
    "duty-link": {
        "en": Words(
            "{city}, rota (not an alarm): your turns of duty, and how to swap one: {link}",
            "{city}: your turns of duty",
        ),
        "ar": Words(
            "{city}، جدول المناوبات (ليس إنذارًا): مناوباتك وكيفية تبديلها: {link}",
            "{city}: مناوباتك",
        ),
        "fr": Words(
            "{city}, tour de garde (pas une alerte) : vos gardes, et comment en échanger une : {link}",
            "{city} : vos gardes",
        ),
        "sk": Words(
            "{city}, rozpis služieb (nie je to poplach): vaše služby a ako si službu vymeniť: {link}",
            "{city}: vaše služby",
        ),
    },
    "swap-asked": {
        "en": Words(
            "{city}, rota (not an alarm): {from} asks you to take a turn of duty, {role}, {stretch}. "
            "Yes or no: {link}",
            "{city}: {from} asks you to take a turn of duty",
        ),
        "ar": Words(
            "{city}، جدول المناوبات (ليس إنذارًا): يطلب منك {from} أن تأخذ مناوبة، {role}، {stretch}. "
            "نعم أو لا: {link}",
            "{city}: يطلب منك {from} أن تأخذ مناوبة",
        ),
        "fr": Words(
            "{city}, tour de garde (pas une alerte) : {from} vous demande de prendre une garde, "
            "{role}, {stretch}. Oui ou non : {link}",
            "{city} : {from} vous demande de prendre une garde",
        ),
        "sk": Words(
            "{city}, rozpis služieb (nie je to poplach): {from} vás prosí prevziať službu, {role}, "
            "{stretch}. Áno alebo nie: {link}",
            "{city}: {from} vás prosí prevziať službu",
        ),
    },
    "swap-accepted": {
        "en": Words(
            "{city}, rota (not an alarm): {to} takes your turn, {role}, {stretch}. You are not on duty "
            "then. {link}",
            "{city}: {to} takes your turn of duty",
        ),
        "ar": Words(
            "{city}، جدول المناوبات (ليس إنذارًا): سيأخذ {to} مناوبتك، {role}، {stretch}. لست مناوبًا في "
            "ذلك الوقت. {link}",
            "{city}: سيأخذ {to} مناوبتك",
        ),
        "fr": Words(
            "{city}, tour de garde (pas une alerte) : {to} prend votre garde, {role}, {stretch}. Vous "
            "n'êtes pas de garde à ce moment-là. {link}",
            "{city} : {to} prend votre garde",
        ),
        "sk": Words(
            "{city}, rozpis služieb (nie je to poplach): {to} preberá vašu službu, {role}, {stretch}. "
            "Vtedy službu nemáte. {link}",
            "{city}: {to} preberá vašu službu",
        ),
    },
    "swap-declined": {
        "en": Words(
            "{city}, rota (not an alarm): {to} cannot take your turn, {role}, {stretch}. It stays "
            "yours. Ask somebody else: {link}",
            "{city}: {to} cannot take your turn of duty",
        ),
        "ar": Words(
            "{city}، جدول المناوبات (ليس إنذارًا): لا يستطيع {to} أخذ مناوبتك، {role}، {stretch}. تبقى "
            "المناوبة لك. اطلب من غيره: {link}",
            "{city}: لا يستطيع {to} أخذ مناوبتك",
        ),
        "fr": Words(
            "{city}, tour de garde (pas une alerte) : {to} ne peut pas prendre votre garde, {role}, "
            "{stretch}. Elle reste la vôtre. Demandez à quelqu'un d'autre : {link}",
            "{city} : {to} ne peut pas prendre votre garde",
        ),
        "sk": Words(
            "{city}, rozpis služieb (nie je to poplach): {to} nemôže prevziať vašu službu, {role}, "
            "{stretch}. Zostáva vaša. Poproste niekoho iného: {link}",
            "{city}: {to} nemôže prevziať vašu službu",
        ),
    },
    "swap-over": {
        "en": Words(
            "{city}, rota (not an alarm): {from} no longer asks you for {role}, {stretch}. You need not "
            "do anything. {link}",
            "{city}: {from} no longer asks you to take a turn",
        ),
        "ar": Words(
            "{city}، جدول المناوبات (ليس إنذارًا): لم يعد {from} يطلب منك {role}، {stretch}. لا حاجة إلى "
            "فعل أي شيء. {link}",
            "{city}: لم يعد {from} يطلب منك أخذ مناوبة",
        ),
        "fr": Words(
            "{city}, tour de garde (pas une alerte) : {from} ne vous demande plus {role}, {stretch}. "
            "Vous n'avez rien à faire. {link}",
            "{city} : {from} ne vous demande plus de prendre une garde",
        ),
        "sk": Words(
            "{city}, rozpis služieb (nie je to poplach): {from} vás už neprosí o {role}, {stretch}. "
            "Nemusíte nič robiť. {link}",
            "{city}: {from} vás už neprosí prevziať službu",
        ),
    },
}
