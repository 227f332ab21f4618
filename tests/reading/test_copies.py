from zopa.reading.sources.duplicates import copies

STORY = "The gate of the old dam stayed shut on Tuesday after the mayor and the miners failed to agree on who pays for it."
OTHER = "A second report says that the miners want half of the water and that the council has not answered them at all yet."


def test_a_reprinted_paragraph_is_a_copy_of_the_first_one():
    found = copies(
        {
            "a": f"{STORY}\n{OTHER}",
            "b": f"New headline\n{STORY.replace('Tuesday', 'Tuesday night')}\n",
            "c": STORY,
        }
    )
    assert found == {("b", 1): ("a", 0), ("c", 0): ("a", 0)}


def test_other_words_and_short_lines_are_no_copies():
    assert copies({"a": STORY, "b": OTHER, "c": "No comment.", "d": "No comment."}) == {}


def test_a_text_is_not_a_copy_of_itself():
    assert copies({"a": f"{STORY}\n{STORY}"}) == {}
