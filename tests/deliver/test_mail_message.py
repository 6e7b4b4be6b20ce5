from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outboxes import NOON

from tracker.deliver.mail_message import MailContent, MailList, mail, read_address, takes_utf8

if TYPE_CHECKING:
    from email.message import EmailMessage

SAYS = MailContent("News of Acme", "Acme changes.\n.dot\nFrom here\n", "<p>Acme changes.</p>")
LIST = MailList("Policy tracker <tracker@example.org>", "News room")


def made(content: MailContent = SAYS, list_: MailList = LIST, to: str = "reader@example.org") -> EmailMessage:
    return message_from_bytes(mail("abc123", to, content, list_, NOON), policy=default)


def test_a_mail_names_itself_its_list_and_the_way_out_of_it() -> None:
    assert dict(made().items()) == {
        "From": "Policy tracker <tracker@example.org>",
        "To": "reader@example.org",
        "Subject": "News of Acme",
        "Date": "Tue, 10 Mar 2026 12:00:00 +0000",
        "Message-ID": "<abc123@example.org>",
        "List-Id": "<news-room.example.org>",
        "List-Unsubscribe": "<mailto:tracker@example.org?subject=unsubscribe%20news-room>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_abc123"',
    }


def test_one_click_is_offered_where_there_is_an_address_for_it() -> None:
    list_ = MailList("t@example.org", "News", "desk@example.org", "https://example.org/out?x=1")
    told = made(list_=list_)

    assert told["Reply-To"] == "desk@example.org"
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(told["List-Unsubscribe"]).strip() == (
        "<https://example.org/out?x=1&subscription=News&to=reader%40example.org>, "
        "<mailto:desk@example.org?subject=unsubscribe%20news>"
    )


def test_both_parts_say_what_was_given() -> None:
    told = made(MailContent("S", "Größe\n.x\n", "<p>Größe \ud800</p>"))
    text, html = told.get_body(("plain",)), told.get_body(("html",))

    assert text is not None
    assert html is not None
    assert (text.get_content(), html.get_content()) == ("Größe\r\n.x\r\n", "<p>Größe ?</p>\r\n")


def test_a_mail_is_the_same_every_time_it_is_built() -> None:
    assert mail("u", "a@b.org", SAYS, LIST, NOON) == mail("u", "a@b.org", SAYS, LIST, NOON)
    assert all(len(line) < 999 for line in mail("u", "a@b.org", SAYS, LIST, NOON).split(b"\r\n"))


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_becomes_a_header(subject: str, text: str) -> None:
    told = made(MailContent(f"{subject}\r\nBcc: all@example.org", f"{text}\r\n\r\nBcc: all@example.org", text))

    assert set(told.keys()) == set(made().keys())
    assert "\n" not in str(told["Subject"])


@pytest.mark.parametrize(
    "address",
    ["", "reader", "@example.org", "a@", "a@b@", "a b@example.org", "b@exa mple", "a@example.org\r\nBcc: b@example.org",
     "a@example.org, b@example.org", "<a@example.org> b", "a..b@example.org", ".a@example.org", "a@-x-.org",
     "a@exa_mple..org", "a\u2028b@example.org", "x" * 65 + "@example.org", "\"a\"@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        read_address(address)


def test_addresses_of_other_scripts_are_sent_as_far_as_can_be() -> None:
    domain, box = read_address("Jörg <joerg@bücher.example>"), read_address("jörg@bücher.example")

    assert (domain.addr_spec, takes_utf8(domain)) == ("joerg@xn--bcher-kva.example", False)
    assert (box.addr_spec, takes_utf8(box)) == ("jörg@xn--bcher-kva.example", True)
    assert "Jörg" in str(made(to="Jörg <joerg@bücher.example>")["To"])
    assert "jörg@" in mail("u", "jörg@bücher.example", SAYS, LIST, NOON).decode()
