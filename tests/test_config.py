from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tracker.config import read_config, secret
from tracker.config_tables import WebhookTable, between, duration
from tracker.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """archive = "kept/archive.sqlite"
public_url = "https://policies.example.org"

[fetch]
contact = "mailto:us@example.org"
allow = ["wiki.lan"]

[watch]
every = "6h"
window = "01:00-05:00"
timezone = "Europe/Paris"

[channels.desk]
kind = "email"
host = "mail.example.org"
sender = "Tracker <tracker@example.org>"

[channels.hook]
kind = "webhook"
url = "https://example.org/hook"
secrets_env = ["HOOK_SECRET"]

[[subscriptions]]
name = "newsroom"
channel = "desk"
to = ["a@example.org"]

[[subscriptions]]
name = "machine"
channel = "hook"
period = "at_once"
"""


def config_of(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    config = read_config(config_of(tmp_path, WHOLE))

    assert config.archive == str(tmp_path / "kept/archive.sqlite")
    assert config.channels["hook"] == WebhookTable(url="https://example.org/hook", secrets_env=("HOOK_SECRET",))
    assert [(one.name, one.period, one.least) for one in config.subscriptions] == [
        ("newsroom", "daily", 2),
        ("machine", "at_once", 2),
    ]
    assert config.told.watch.every == "6h"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[fetch]", "[fetsh]", "line 4: unknown key 'fetsh'; did you mean 'fetch'?"),
        ("contact", "kontact", "line 5: unknown key 'kontact'; did you mean 'contact'?"),
        ('every = "6h"', 'every = "6 moons"', "line 8: watch: '6 moons' is no duration; write 30m, 12h or 2d"),
        ('"01:00-05:00"', '"25:00-05:00"', "line 8: watch: '25:00-05:00' is no span of a day; write 22:00-07:00"),
        ("Europe/Paris", "Europe/Atlantis", "there is no time zone 'Europe/Atlantis'"),
        ('kind = "webhook"', 'kind = "pigeon"', "invalid value 'pigeon'"),
        ('url = "https://example.org/hook"\n', "", "give one of url and url_env"),
        ('channel = "hook"', 'channel = "hok"', "line 30: there is no channel 'hok'; there is 'desk', 'hook'"),
        ('name = "machine"', 'name = "newsroom"', "line 29: there are two subscriptions named 'newsroom'"),
        (
            'period = "at_once"',
            'period = "often"',
            "daily and weekly: 'often' is no five fields",
        ),
        ('period = "at_once"', "least = 4", "<= 3"),
        ('to = ["a@example.org"]', "", "line 23: 'desk' sends mail: say whom to send it `to`"),
        ("a@example.org", "a example.org", "line 26: 'a example.org' is no mail address"),
        ('period = "at_once"', "least = ", "is no TOML"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = config_of(tmp_path, WHOLE.replace(old, new))

    with pytest.raises(UsageError) as wrong:
        read_config(file)

    assert str(wrong.value).startswith(f"{file}")
    assert said in str(wrong.value)


def test_a_byte_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b'archive = "a"\npublic_url = "\xff"\n')

    with pytest.raises(UsageError, match="line 2: is not written in UTF-8"):
        read_config(file)


def test_durations_and_spans_of_a_day_are_read() -> None:
    assert [duration(text) for text in ("90s", "30m", "12h", "2d", "1.5 w")] == [
        timedelta(seconds=90),
        timedelta(minutes=30),
        timedelta(hours=12),
        timedelta(days=2),
        timedelta(days=10.5),
    ]
    assert [str(end) for end in between("22:00-07:30")] == ["22:00:00", "07:30:00"]


def test_a_secret_that_is_not_set_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)

    with pytest.raises(UsageError, match="the environment variable HOOK_SECRET is not set"):
        secret("HOOK_SECRET", "config.toml: channels.hook")
