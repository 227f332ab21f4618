from zopa.errors import CaseError, Finding, UnknownName


def test_a_finding_reads_place_path_expected_seen_and_hint():
    f = Finding("parties.US", "expected a name, saw 3", "write a text", "case.yaml", 4, 2)
    assert str(f) == "case.yaml:4:2: parties.US: expected a name, saw 3\n    hint: write a text"


def test_a_case_error_counts_its_findings():
    assert str(CaseError([Finding("a", "b")])).endswith("1 problem; nothing was loaded.")


def test_an_unknown_name_shows_the_nearest():
    assert "did you mean 'force'?" in str(UnknownName("issue", "forze", ["force", "nato"]))


def test_control_characters_of_a_file_are_shown_not_obeyed():
    said = str(Finding("a\x1b[2J", "saw '\t\u202e'", "é ok"))
    assert "\x1b" not in said
    assert "\\x1b[2J" in said
    assert "\\u202e" in said
    assert "é ok" in said
