"""What a mail looks like, and what is said of it when a mail server misbehaves."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from notifications.messages import Attachment, Channel, Message, Outcome, OutcomeKind
from notifications.providers import smtp
from notifications.providers.smtp import SmtpConfig, SmtpProvider, SmtpSecurity, message_id
from notifications.sender import Sender
from tests.notifications.fake_mail_server import FakeMailServer
from tests.notifications.support import send

TWO_AT_NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def config(port: int = 25, **said) -> SmtpConfig:
    ordinary = {
        "host": "127.0.0.1",
        "port": port,
        "security": SmtpSecurity.NONE,
        "sender_address": "crisis@city.example.org",
        "sender_name": "Crisis team, City Hall",
        "domain": "city.example.org",
        "now": lambda: TWO_AT_NIGHT,
        "timeout": 5.0,
    }
    return SmtpConfig(**(ordinary | said))


@pytest.fixture
def letter(compose):
    def make(**said):
        ordinary = {
            "channel": Channel.EMAIL,
            "to": "imam@mosque.example.org",
            "subject": "Please answer: are you coming?",
            "body": "Reply by the link below.\n\nCrisis team",
            "html": "<p>Reply by the <a href='https://crisis.city.example.org/r'>link</a>.</p>",
        }
        return compose(**(ordinary | said))

    return make


# --- the mail itself ----------------------------------------------------------------------


def test_a_mail_says_who_when_what_and_that_a_machine_wrote_it(letter):
    with FakeMailServer() as server:
        (outcome,) = send(SmtpProvider(config(server.port)), letter(language="fr"))
    (mail,) = server.letters
    assert outcome == Outcome(OutcomeKind.ACCEPTED, "smtp", mail["Message-ID"])
    assert server.envelopes == [("crisis@city.example.org", ["imam@mosque.example.org"])]
    assert mail["From"] == '"Crisis team, City Hall" <crisis@city.example.org>'
    assert mail["To"] == "imam@mosque.example.org"
    assert mail["Subject"] == "Please answer: are you coming?"
    assert mail["Date"].datetime == TWO_AT_NIGHT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["List-Unsubscribe"] is None


def test_plain_text_comes_first_and_html_is_the_richer_choice(letter):
    with FakeMailServer() as server:
        send(SmtpProvider(config(server.port)), letter())
    (mail,) = server.letters
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich = mail.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().splitlines() == ["Reply by the link below.", "", "Crisis team"]
    assert rich.get_content_type() == "text/html"
    assert "<a href=" in rich.get_content()


def test_without_html_a_mail_is_plain_text(letter):
    with FakeMailServer() as server:
        send(SmtpProvider(config(server.port)), letter(html=None))
    assert server.letters[0].get_content_type() == "text/plain"


def test_a_file_travels_with_both_texts_and_arrives_byte_for_byte(letter):
    content = bytes(range(256)) * 40
    file = Attachment("feuille d’appel.pdf\r\nBcc: all@example.org", "application/pdf", content)
    with FakeMailServer() as server:
        (outcome,) = send(
            SmtpProvider(config(server.port)), letter(attachments=(file,), language="fr")
        )
    assert outcome.kind is OutcomeKind.ACCEPTED
    (mail,) = server.letters
    assert mail.get_content_type() == "multipart/mixed"
    texts, attached = mail.iter_parts()
    assert texts.get_content_type() == "multipart/alternative"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == "feuille d’appel.pdf Bcc: all@example.org"
    assert attached.get_content() == content
    assert mail["Content-Language"] == "fr"
    assert mail["Bcc"] is None
    assert server.raw[0].isascii()


def test_a_file_goes_with_a_plain_text_too_and_is_in_no_repr(letter):
    file = Attachment("sheet.bin", "", b"secret")
    mail = smtp.compose(letter(html=None, attachments=(file,)), config())
    text, attached = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert attached.get_content_type() == "application/octet-stream"
    assert "secret" not in repr(file)
    assert "sheet" not in repr(letter(attachments=(file,)))


def test_every_script_arrives_and_nothing_but_ascii_travels(letter):
    arabic = "تعال الآن إلى مبنى البلدية 🕯"
    with FakeMailServer() as server:
        send(
            SmtpProvider(config(server.port, sender_name="Ville de Paix – équipe")),
            letter(subject=arabic, body=arabic * 30, html=None, language="ar"),
        )
    (mail,) = server.letters
    assert mail["Subject"] == arabic
    assert mail.get_content().splitlines() == [arabic * 30]
    assert mail["From"].addresses[0].display_name == "Ville de Paix – équipe"
    assert server.raw[0].isascii()
    assert max(map(len, server.raw[0].split(b"\r\n"))) <= 998


def test_each_attempt_at_a_message_bears_the_same_id_and_no_other_does(letter):
    with FakeMailServer() as server:
        send(
            SmtpProvider(config(server.port, connections=1)),
            letter(attempt_token="first"),
            letter(attempt_token="second"),
            letter(key="alert-2/partner-7"),
        )
    ids = [mail["Message-ID"] for mail in server.letters]
    assert ids[0] == ids[1] != ids[2]
    assert all(each.endswith("@city.example.org>") for each in ids)


def test_a_message_id_does_not_reveal_its_key():
    assert "partner" not in message_id("alert-1/partner-7", "city.example.org")


def test_without_a_subject_the_texts_beginning_serves(letter):
    mail = smtp.compose(letter(subject=None, body="Come now.\n" + "word " * 40), config())
    assert mail["Subject"].startswith("Come now. word")
    assert len(mail["Subject"]) <= 78


def test_a_long_subject_is_kept_whole(letter):
    subject = "Please answer " * 12
    assert smtp.compose(letter(subject=subject), config())["Subject"] == subject.strip()


@pytest.mark.parametrize("language", ["", "not a language", "fr\r\nBcc: all@example.org"])
def test_an_impossible_language_is_left_out(letter, language):
    assert smtp.compose(letter(language=language), config())["Content-Language"] is None


HEADERS = sorted(
    {
        "Auto-Submitted",
        "Content-Language",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    }
)


@given(
    st.text(max_size=40).map(lambda text: f"Hello\r\nBcc: all@example.org\n{text}"),
    st.text(max_size=40),
    st.text(max_size=40).map(lambda text: f"{text}\nX-Evil: 1"),
)
def test_no_text_can_smuggle_in_a_header(subject, body, name):
    message = Message(
        key="k",
        channel=Channel.EMAIL,
        to="imam@mosque.example.org",
        subject=subject,
        body=body,
        attempt_token="t",
        language="en",
    )
    mail = smtp.compose(message, config(sender_name=name))
    head = mail.as_bytes().split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1].strip()]
    assert sorted(names) == HEADERS


@pytest.mark.parametrize(
    "to",
    [
        "",
        "imam",
        "imam@",
        "@mosque.example.org",
        "a@b@mosque.example.org",
        "imam@mosque.example.org\r\nBcc: all@example.org",
        "imam@mosque.example.org\n",
        "imam@mosque.example.org, all@example.org",
        "Imam <imam@mosque.example.org>",
        "imam@mosque.example.org> SIZE=1",
        '"a b"@mosque.example.org',
        "imam @mosque.example.org",
        "imam\u200f@mosque.example.org",
        "imam@mosque..example.org",
        "imam@" + "m" * 64 + ".example.org",
        "\ud83d@mosque.example.org",
    ],
)
def test_what_is_not_one_address_is_refused_before_anybody_is_called(letter, to):
    with FakeMailServer() as server:
        (outcome,) = send(SmtpProvider(config(server.port)), letter(to=to))
    assert outcome == Outcome(OutcomeKind.PERMANENT, "smtp", reason="bad-address")
    assert server.connected == 0


def test_a_domain_beyond_ascii_is_written_as_dns_knows_it(letter):
    with FakeMailServer() as server:
        send(SmtpProvider(config(server.port)), letter(to="imam@köln.example.org"))
    assert server.envelopes[0][1] == ["imam@xn--kln-sna.example.org"]


@pytest.mark.parametrize(
    ("utf8", "outcome"),
    [
        (True, ("accepted", None)),
        (False, ("permanent", "address-refused")),
    ],
)
def test_an_address_beyond_ascii_needs_a_server_that_can(letter, utf8, outcome):
    with FakeMailServer(utf8=utf8) as server:
        (got,) = send(SmtpProvider(config(server.port)), letter(to="имам@mosque.example.org"))
    assert (got.kind, got.reason) == outcome
    assert [to for _, (to,) in server.envelopes] == ["имам@mosque.example.org"] * utf8


# --- what is said of it -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misbehaviour", "kind", "reason", "kept"),
    [
        ({"replies": {"MAIL": "451 later"}}, "temporary", "busy", 0),
        ({"replies": {"MAIL": "550 not you"}}, "permanent", "sender-refused", 0),
        ({"replies": {"RCPT": "450 greylisted"}}, "temporary", "busy", 0),
        ({"replies": {"RCPT": "421 going down"}}, "temporary", "busy", 0),
        ({"replies": {"RCPT": "550 5.1.1 nobody"}}, "permanent", "address-refused", 0),
        ({"replies": {"DATA": "452 full"}}, "temporary", "busy", 0),
        ({"replies": {"DATA": "421 going down"}}, "temporary", "busy", 0),
        ({"replies": {"DATA": "554 no thanks"}}, "permanent", "refused", 0),
        ({"replies": {"DATA": "299 some other yes"}}, "unknown", "provider-error", 0),
        ({"cut_at": "MAIL"}, "temporary", "connection-lost", 0),
        ({"cut_at": "RCPT"}, "temporary", "connection-lost", 0),
        ({"cut_at": "DATA"}, "unknown", "connection-lost", 1),
        ({"hang_at": "RCPT"}, "temporary", "connection-lost", 0),
        ({"hang_at": "DATA"}, "unknown", "timeout", 1),
        ({"greets": False}, "temporary", "connect", 0),
    ],
)
def test_what_is_made_of_a_misbehaving_server(letter, misbehaviour, kind, reason, kept):
    with FakeMailServer(**misbehaviour) as server:
        (outcome,) = send(SmtpProvider(config(server.port, timeout=1.0)), letter())
    assert outcome == Outcome(OutcomeKind(kind), "smtp", reason=reason)
    assert len(server.letters) == kept
    assert server.connected == 1, "nothing is ever sent again from here"


def test_nobody_listening_means_that_nothing_was_sent(letter):
    with FakeMailServer() as server:
        port = server.port
    (outcome,) = send(SmtpProvider(config(port)), letter())
    assert outcome == Outcome(OutcomeKind.TEMPORARY, "smtp", reason="connect")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_other_channels_are_not_for_a_mail_server(letter, channel):
    (outcome,) = send(SmtpProvider(config(1)), letter(channel=channel))
    assert outcome == Outcome(OutcomeKind.PERMANENT, "smtp", reason="channel-unsupported")


# --- connections --------------------------------------------------------------------------


def test_connections_are_few_and_used_again(letter):
    with FakeMailServer() as server:
        outcomes = send(
            SmtpProvider(config(server.port, connections=2)),
            *(letter(to=f"partner{n}@example.org", key=str(n)) for n in range(20)),
        )
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
    assert len(server.letters) == 20
    assert server.connected <= 2


def test_who_waits_in_vain_behind_a_hanging_server_is_known_not_to_have_been_sent(letter):
    with FakeMailServer(greets=False) as server:
        slow = SmtpProvider(config(server.port, connections=1, timeout=0.3))
        with Sender({(Channel.EMAIL, False): slow}, patience=1.5) as sender:
            outcomes = sender.send_many([letter(key=str(n)) for n in range(12)])
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.TEMPORARY}


def test_a_connection_is_not_used_again_after_a_refusal(letter):
    with FakeMailServer(replies={"RCPT": "550 nobody"}) as server:

        async def one_after_another():
            provider = SmtpProvider(config(server.port, connections=1))
            refused = await provider.send(letter())
            server.replies.clear()
            accepted = await provider.send(letter())
            await provider.close()
            return refused.kind, accepted.kind

        assert asyncio.run(one_after_another()) == ("permanent", "accepted")
    assert server.connected == 2


def test_a_connection_that_rested_too_long_is_not_trusted(letter, monkeypatch):
    monkeypatch.setattr(smtp, "_IDLE_SECONDS", 0.0)
    with FakeMailServer() as server:
        send(SmtpProvider(config(server.port, connections=1)), letter(), letter())
    assert (server.connected, len(server.letters)) == (2, 2)


# --- protection ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody but these tests trusts: (its file, its key's)."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    today = datetime.now(UTC)  # noqa: TID251 (TLS itself checks against the real clock)
    numbers = count(1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), next(numbers))
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, pem_key = folder / "mail.pem", folder / "mail.key"
    pem.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem_key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, pem_key


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


ACCOUNT = ("city", "a good password")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"username": ACCOUNT[0], "password": ACCOUNT[1]}, ("accepted", None)),
        ({"username": ACCOUNT[0], "password": "wrong"}, ("permanent", "auth")),
        ({"username": ACCOUNT[0]}, ("permanent", "auth")),
    ],
)
def test_the_password_goes_over_starttls_only(letter, certificate, tls, said, expected):
    with FakeMailServer(tls=tls, account=ACCOUNT) as server:
        secure = config(
            server.port, security=SmtpSecurity.STARTTLS, ca_file=str(certificate[0]), **said
        )
        (outcome,) = send(SmtpProvider(secure), letter())
    assert (outcome.kind, outcome.reason) == expected
    assert server.encrypted == [True] * (expected[0] == "accepted")


def test_a_certificate_that_nobody_vouches_for_stops_everything(letter, tls):
    with FakeMailServer(tls=tls) as server:
        (outcome,) = send(
            SmtpProvider(config(server.port, security=SmtpSecurity.STARTTLS)), letter()
        )
    assert outcome == Outcome(OutcomeKind.TEMPORARY, "smtp", reason="connect")
    assert server.letters == []


def test_a_server_without_starttls_gets_nothing(letter):
    with FakeMailServer() as server:
        (outcome,) = send(
            SmtpProvider(config(server.port, security=SmtpSecurity.STARTTLS)), letter()
        )
    assert outcome == Outcome(OutcomeKind.PERMANENT, "smtp", reason="tls-unavailable")
    assert server.letters == []
