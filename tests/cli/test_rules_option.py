"""Rules of one's own, and what they would judge differently."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from commands import NEW, OLD, ROOT, fails, history, objects, tracker

from tracker.errors import UsageError
from tracker.rule_folders import read_rules

if TYPE_CHECKING:
    from pathlib import Path

OWN = """\
[[topic]]
id = "telephone"
weight = 3.0
strong = "your number"
"""


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    return history(tmp_path)


@pytest.fixture(name="own")
def _own(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "telephone.toml").write_text(OWN, encoding="utf-8")
    return folder


def topics(told: list[dict[str, list[dict[str, list[str]]]]]) -> set[str]:
    return {topic for one in told for clause in one["clauses"] for topic in clause["topics"]}


def test_a_replay_judges_by_rules_of_ones_own(history: Path, own: Path) -> None:
    asked = ("replay", history, "--json", "--topic", "telephone", "--rules", own)
    assert "telephone" in topics(objects(tracker(*asked)))
    fails(2, 'there is no topic "telephone"', *asked[:-2])


def test_the_configuration_names_a_folder_of_rules(history: Path, own: Path, tmp_path: Path) -> None:
    config = f'declarations = "{ROOT / "seeds/services"}"\n\n[rules]\nfolder = "rules"\n'
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    assert "telephone" in topics(objects(tracker("replay", history, "--json", cwd=tmp_path)))
    (tmp_path / "old.md").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.md").write_text(NEW, encoding="utf-8")
    assert "telephone" in topics(objects(tracker("diff", "old.md", "new.md", "--json", cwd=tmp_path)))
    built_in = tracker("diff", "old.md", "new.md", "--json", "--rules", "built-in", cwd=tmp_path)
    assert "telephone" not in topics(objects(built_in))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('rules = "rules"', "line 1: rules: expected `object"),
        ("[rules]\nfolder = 1", "line 2: rules.folder: expected `str`, got `int`"),
        ('[rules]\nfolders = "rules"', "line 2: unknown key 'folders'; did you mean 'folder'?"),
        ("[rules]", "line 1: rules: object missing required field `folder`"),
    ],
)
def test_a_mistake_in_the_configured_rules_is_said(tmp_path: Path, told: str, message: str) -> None:
    (tmp_path / "config.toml").write_text(told, encoding="utf-8")
    fails(2, message, "replay", cwd=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[topic]\n", "mine.toml: Expected"),
        (
            '[[topic]]\nid = "x"\nweight = 1\n\n[[topic]]\nid = "pets"\nweight = "much"\n',
            "line 7: weight of pets is not a number",
        ),
        ('[[topic]]\nid = "pets"\nstong = "cats"\n', "line 3: unknown key 'stong' in a topic; known are id, patterns"),
        ('[[topic]]\nid = "pets"\nstrong = ["cats"]\n', "line 3: strong of pets is not text in quotes"),
        ('[[topic]]\nid = "pets"\npatterns = "cats"\n', "line 3: patterns of pets is not a list of texts in quotes"),
        ('language = "en"\ncovers = "all"\n', "line 2: covers of the file is not a list of texts in quotes"),
        ("classes = 1\n", "line 1: classes is a table: write [classes]"),
        ("[classes]\nwe = 1\n", "line 2: we of classes is not text in quotes"),
    ],
)
def test_a_mistake_in_a_rules_folder_names_file_and_line(
    history: Path, tmp_path: Path, text: str, message: str
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    fails(2, message, "replay", history, "--rules", folder)


def test_a_folder_that_is_none_or_holds_no_rules_is_said(history: Path, tmp_path: Path) -> None:
    fails(2, "there is no such folder of rules", "replay", history, "--rules", "nowhere")
    (tmp_path / "empty").mkdir()
    fails(2, "holds no rules (files that end in .toml)", "replay", history, "--rules", tmp_path / "empty")
    (tmp_path / "empty/latin.toml").write_bytes(b"# fine\n# \xe4\n")
    fails(2, "latin.toml, line 2: is not written in UTF-8", "replay", history, "--rules", tmp_path / "empty")


def test_the_example_of_the_guide_is_read_as_it_stands(tmp_path: Path) -> None:
    pytest.importorskip("re2", reason="patterns need google-re2")
    (example,) = re.findall(
        r"```toml\n(# rules/health.toml\n.*?)```", (ROOT / "docs/guide.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "health.toml").write_text(example, encoding="utf-8")
    rules = read_rules(tmp_path)
    assert rules.topics[-1] == "health"
    assert (rules.scores.topics["health"], rules.scores.topics["payments"]) == (2.0, 0.5)
    assert [topic for topic, _, _ in rules.languages["en"].patterns] == ["health"]


def test_a_table_of_scores_makes_a_folder_a_whole_set(tmp_path: Path) -> None:
    (tmp_path / "scores.toml").write_text("[grades]\nnotable = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"scores\.toml, line 1: newsworthy is missing in \[grades\]"):
        read_rules(tmp_path)
    shipped = read_rules(ROOT / "tracker/significance/rules")
    assert (shipped.scores, shipped.topics) == (read_rules("built-in").scores, read_rules(None).topics)


def test_patterns_without_their_extra_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    (tmp_path / "mine.toml").write_text('[[topic]]\nid = "pets"\npatterns = ["kitten[0-9]"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.toml, line 3: patterns need the extra 'patterns': pip install"):
        read_rules(tmp_path)


def test_a_back_test_tells_what_is_judged_differently(history: Path, own: Path) -> None:
    told = objects(done := tracker("replay", history, "--rules", "built-in", "--against", own, "--json"))
    (first,) = told
    assert (first["service"], first["at"], first["kind"]) == ("Acme", "2024-09-11T12:00:00Z", "edited")
    assert "telephone" not in first["old"]["topics"]
    assert "telephone" in first["new"]["topics"]
    assert [reason["rule"] for reason in first["reasons_come"] if "telephone" in reason["rule"]] == ["topic.telephone"]
    assert first["new"]["score"] > first["old"]["score"]
    assert done.stderr.endswith("are judged differently, 0 of them graded differently\n")


def test_a_back_test_of_a_new_weight_shows_the_new_grade_to_people(history: Path, own: Path) -> None:
    (own / "telephone.toml").write_text('[[topic]]\nid = "law_enforcement"\nweight = 0.0\n', encoding="utf-8")
    done = tracker("replay", history, "--against", own)
    assert done.returncode == 0
    assert done.stdout.startswith("Acme · Privacy Policy  2024-09-11T12:00:00Z\n")
    assert "(edited): 3 newsworthy, law_enforcement → 2 notable, law_enforcement\n" in done.stdout
    assert "    + +0.00 about law enforcement: “court order” (topic.law_enforcement)\n" in done.stdout
    assert "1 clauses in 1 changes are judged differently, 1 of them graded differently" in done.stderr


def test_the_same_rules_judge_nothing_differently(history: Path) -> None:
    done = tracker("replay", history, "--rules", "built-in", "--against", ROOT / "tracker/significance/rules", "--all")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("tracker: 0 clauses in 0 changes")


def test_what_a_back_test_cannot_show_is_refused(history: Path, tmp_path: Path) -> None:
    fails(2, "--against compares rules", "replay", history, "--against", "built-in", "--html", tmp_path / "x.html")
