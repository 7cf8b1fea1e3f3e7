"""What the fake remembers, and how Twilio's interface shows it (the published OpenAPI schema, November 2026)."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime


@dataclass
class FakeMessage:
    """A message that the fake has taken."""

    sid: str
    to: str
    body: str
    sender: str
    status: str
    params: dict[str, str]
    created_at: datetime
    error_code: int | None = None
    statuses: list[str] = field(default_factory=list)

    def resource(self, account_sid: str) -> dict[str, object]:
        """Return the message as the interface shows it."""
        created = format_datetime(self.created_at)
        by_service = "MessagingServiceSid" in self.params
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": created,
            "date_sent": None if self.status in ("queued", "accepted") else created,
            "date_updated": created,
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.params.get("From"),
            "messaging_service_sid": self.params.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "0" if by_service else "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {},
            "to": self.to,
            "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}.json",
        }

    def form(self, account_sid: str) -> dict[str, str]:
        """Return the fields of a receipt for the present status."""
        form = {
            "AccountSid": account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.sender,
            "MessageSid": self.sid,
            "MessageStatus": self.status,
            "SmsSid": self.sid,
            "SmsStatus": self.status,
            "To": self.to,
        }
        if self.error_code is not None:
            form["ErrorCode"] = str(self.error_code)
        return form


@dataclass
class FakeCall:
    """A phone call that the fake has placed; it rings until somebody, or a machine, picks up."""

    sid: str
    to: str
    sender: str
    status: str
    params: dict[str, str]
    created_at: datetime
    #: What the phone has been told so far, as the instructions (TwiML) that were fetched.
    heard: list[str] = field(default_factory=list)

    def resource(self, account_sid: str) -> dict[str, object]:
        """Return the call as the interface shows it."""
        created = format_datetime(self.created_at)
        return {
            "account_sid": account_sid,
            "answered_by": None,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": created,
            "date_updated": created,
            "direction": "outbound-api",
            "duration": None,
            "end_time": None,
            "from": self.sender,
            "from_formatted": self.sender,
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": self.sid,
            "start_time": None,
            "status": self.status,
            "subresource_uris": {},
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": f"/2010-04-01/Accounts/{account_sid}/Calls/{self.sid}.json",
        }

    def form(self, account_sid: str, **more: str) -> dict[str, str]:
        """Return the fields of a call's webhook: its present status and `more`."""
        return {
            "AccountSid": account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Called": self.to,
            "Caller": self.sender,
            "Direction": "outbound-api",
            "From": self.sender,
            "To": self.to,
            **more,
        }


def page(key: str, rows: list[dict[str, object]], uri: str) -> dict[str, object]:
    """Return one page that holds everything, as lists come from the interface."""
    return {
        "end": max(0, len(rows) - 1),
        "first_page_uri": uri,
        key: rows,
        "next_page_uri": None,
        "page": 0,
        "page_size": max(1, len(rows)),
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }
