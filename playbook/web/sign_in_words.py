"""What the sign-in library says, in our words. Its other sentences belong to features that are off."""


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a sentence for translation."""
    return sentence


MESSAGES = {
    "GENERIC_AUTHN_FAILED": (
        N_("This email and password do not go together. Check both and try again."),
        "error",
    ),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
    "REAUTHENTICATION_REQUIRED": (
        N_(
            "You signed in a while ago. To change how you sign in, please prove once more who you are."
        ),
        "info",
    ),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can go on now."), "success"),
    "DISABLED_ACCOUNT": (
        N_("This account is switched off. An administrator can switch it on again."),
        "error",
    ),
    "EMAIL_NOT_PROVIDED": (N_("Please enter your email address."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not an email address. Check it for slips."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Please enter your password."), "error"),
    "PASSWORD_INVALID_LENGTH": (
        N_("A password needs at least %(length)s characters. A short sentence is a good one."),
        "error",
    ),
    "PASSWORD_TOO_SIMPLE": (N_("This password is too easy to guess."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two new passwords differ. Nothing was changed."), "error"),
    "INVALID_PASSWORD": (N_("This is not your current password. Nothing was changed."), "error"),
    "PASSWORD_IS_THE_SAME": (
        N_("This is already your password. Nothing was changed."),
        "error",
    ),
    "PASSWORD_CHANGE": (
        N_("Your password is changed. Every other device is signed out."),
        "success",
    ),
    "INVALID_REDIRECT": (N_("That address leads out of this service."), "error"),
    "INVALID_CODE": (N_("This code does not fit. Wait for the next one and try again."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code does not fit. Wait for the next one and try again."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        N_("Your second step is set up. Make recovery codes now, in case your phone is lost."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please start signing in again."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("Please choose one of the ways shown."), "error"),
    "TWO_FACTOR_DISABLED": (N_("Your second step is switched off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (
        N_("That took longer than %(within)s. Nothing was changed; please start again."),
        "error",
    ),
    "INVALID_RECOVERY_CODE": (N_("This recovery code does not fit or was used before."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "info"),
    "WEBAUTHN_EXPIRED": (
        N_("That took longer than %(within)s. Nothing was changed; please start again."),
        "error",
    ),
    "WEBAUTHN_NAME_REQUIRED": (N_("Please give the passkey a name."), "error"),
    "WEBAUTHN_NAME_INUSE": (
        N_("You already have a passkey named %(name)s. Please choose another name."),
        "error",
    ),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("You have no passkey named %(name)s."), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey %(name)s is removed."), "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey %(name)s is added."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is already registered."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (
        N_("Nobody here has this passkey. Sign in another way and add it to your account."),
        "error",
    ),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (
        N_("Nobody here has this passkey. Sign in another way and add it to your account."),
        "error",
    ),
    "WEBAUTHN_NO_VERIFY": (N_("The passkey could not be checked (%(cause)s)."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (
        N_("This passkey was not registered for this step of signing in."),
        "error",
    ),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (N_("This passkey belongs to another account."), "error"),
    "API_ERROR": (N_("This request could not be understood."), "error"),
}

#: The library's own field labels and words that reach our pages.
LABELS = (
    N_("Authenticator app"),
    N_("Disable"),
    N_("authenticator"),
    N_("None"),
    N_("Use as a first authentication factor"),
    N_("Use as a secondary authentication factor"),
)
