"""Phone numbers: read as people write them, kept as E.164."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from notifications.messages import BadPhone

# Numbers that regulators set aside for fiction and tests, so that none rings anybody.
# United Kingdom: Ofcom, telephone numbers for drama. North America: 555-0100 to 555-0199.
# France: Arcep, numbers for audiovisual works.
_FICTIONAL_MOBILE = re.compile(r"\+447700900\d{3}|\+3363998\d{4}")
_FICTIONAL_OTHER = re.compile(
    r"\+44(?:1(?:1[3-8]|21|31|41|51|61)496|191498)0\d{3}"
    r"|\+44(?:2079460|2896496|2920180|1632960|3069990|8081570|9098790)\d{3}"
    r"|\+1[2-9]\d{2}55501\d{2}"
    r"|\+33(?:19900|26191|35301|46571|53649)\d{4}"
)

_SMS_BY_TYPE: dict[int, bool] = {
    PhoneNumberType.MOBILE: True,
    PhoneNumberType.FIXED_LINE: False,
    PhoneNumberType.TOLL_FREE: False,
    PhoneNumberType.PREMIUM_RATE: False,
    PhoneNumberType.SHARED_COST: False,
    PhoneNumberType.UAN: False,
    PhoneNumberType.VOICEMAIL: False,
}


def parse_phone(text: str, region: str | None) -> str:
    """Read a phone number and return it as E.164 (`+447700900123`).

    `region` is the country (ISO 3166, two letters) whose habits apply to a number written without
    a country code; with `None` a country code is demanded. Letters are refused, so that neither a
    slip (`O` for `0`) nor an extension is silently turned into somebody else's number.

    Raises `BadPhone` with a sentence saying what is wrong, never repeating the number.
    """
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    if not visible:
        raise BadPhone("There is no phone number here.")
    if any(character.isalpha() for character in visible):
        raise BadPhone("A phone number has digits only. Please remove letters and any extension.")
    try:
        number = phonenumbers.parse(visible, region)
    except NumberParseException as problem:
        raise BadPhone(_sentence(problem)) from None
    if number.extension:
        raise BadPhone("A number with an extension cannot be reached. Please give a direct number.")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return e164
    if phonenumbers.is_possible_number(number) and is_fictional(e164):
        return e164
    raise BadPhone("No phone has this number. Please check its digits and its country code.")


def format_phone(e164: str) -> str:
    """A number as people read it, with its country code: `+44 7700 900123`.

    What is not an E.164 number (a short code, a sender's name) is returned as it is.
    """
    number = _number(e164)
    if number is None:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def can_receive_sms(e164: str) -> bool | None:
    """Whether this kind of number receives text messages; `None` when the number cannot tell.

    North American numbers look alike for mobiles and landlines, so they are mostly `None`.
    """
    if _FICTIONAL_MOBILE.fullmatch(e164):
        return True
    number = _number(e164)
    return None if number is None else _SMS_BY_TYPE.get(phonenumbers.number_type(number))


def is_fictional(e164: str) -> bool:
    """Whether a regulator reserves this number for fiction: nobody can be reached by it.

    Covers the United Kingdom, North America and France.
    """
    return bool(_FICTIONAL_MOBILE.fullmatch(e164) or _FICTIONAL_OTHER.fullmatch(e164))


def _number(e164: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(e164, None)
    except NumberParseException:
        return None


def _sentence(problem: NumberParseException) -> str:
    if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "Please write the number with its country code, beginning with a plus sign."
    if problem.error_type == NumberParseException.TOO_LONG:
        return "This number has too many digits. Please check it."
    return "This number has too few digits. Please check it."
