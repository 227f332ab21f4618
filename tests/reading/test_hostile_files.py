"""Files built to keep the reader busy: refused with the reason, or read in time that grows with their length only."""

import io
import json
import time
import zipfile

import pytest

from zopa.errors import CaseError
from zopa.reading import read
from zopa.reading.sources.files import open_bytes

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
HEADS = "From: Ada Holm <a@b.example>\nTo: Paul Grau <c@d.example>\nDate: Mon, 3 Mar 2025 10:00:00 +0000\nSubject: port\n\n"


def odt(paragraphs: str) -> bytes:
    """An OpenDocument text with these paragraphs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f'<o:document-content xmlns:o="{OFFICE}:office:1.0" xmlns:t="{OFFICE}:text:1.0"><o:body>{paragraphs}</o:body></o:document-content>',
        )
    return out.getvalue()


def spans(depth: int) -> str:
    return f"<t:p>{'<t:span>' * depth}Ada{'</t:span>' * depth}</t:p>"


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("bomb.odt", odt(f"<t:p>{'a' * 20_000_000}</t:p>"), "unpacks to far more"),
        ("deep.odt", odt(spans(4_000)), "at most 200 levels deep"),
        ("field.csv", b'speaker,text\nAda,"' + b"x" * 300_000 + b'"\n', "field larger"),
        ("deep.json", b"[" * 200_000, "too deep"),
        ("large.csv", b"speaker,text\n" + b"Ada,We will not pay.\n" * 960_000, "at most 20 MB"),
        ("large.json", b"[" + b'{"speaker":"Ada","text":"No."},' * 670_000 + b"]", "at most 20 MB"),
        ("numbers.rtf", b"{\\rtf1 " + b"\\u99999999999999999999?" * 9 + b"}", "expected"),
    ],
    ids=lambda x: x if isinstance(x, str) and "." in x else "",
)
def test_a_file_that_is_far_more_than_a_document_is_refused_with_the_reason(name, raw, reason):
    with pytest.raises(CaseError) as refusal:
        open_bytes(raw, name)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("spans.odt", odt(spans(150))),
        ("groups.rtf", b"{\\rtf1 " + b"{" * 20_000 + b"Ada" + b"}" * 20_000 + b"}"),
        ("open.rtf", b"{\\rtf1 " + b"{\\b " * 20_000 + b"Ada"),
        ("bytes.rtf", b"{\\rtf1 Ada \\bin99999999 x}"),
    ],
)
def test_deep_or_broken_documents_still_give_their_words(name, raw):
    (text,) = open_bytes(raw, name)
    assert "Ada" in text.text


def test_a_mail_with_a_reply_in_every_reply_is_read():
    lines = [
        f"{'> ' * n}On Mon, 3 Mar 2025 at 10:0{n % 10}, Ada Holm wrote:\n{'> ' * n}We will not pay the {n} crowns."
        for n in range(1, 60)
    ]
    (mail,) = open_bytes((HEADS + "We agree to the sum.\n" + "\n".join(lines)).encode(), "m.eml")
    assert len(read(mail.text).statements) >= 59


TURNS = "Ana: We will not pay {}.\nBen: We could pay half of it if you sign {}."
MAKERS = {
    "turns": ("t.txt", lambda n: "\n".join(TURNS.format(k, k) for k in range(n))),
    "nested quotes": (
        "m.eml",
        lambda n: (
            HEADS
            + "\n".join(
                f"{'> ' * min(k, 50)}On Mon, 3 Mar 2025 at 10:00, Ana B wrote:\n{'> ' * min(k, 50)}We will not pay."
                for k in range(n)
            )
        ),
    ),
    "one paragraph": (
        "p.odt",
        lambda n: odt("<t:p>" + "".join(f"Ada said {k * 7919 % 10007} ports open. " for k in range(n)) + "</t:p>"),
    ),
    "rows": ("r.json", lambda n: json.dumps([{"speaker": "Ana", "text": "We will not pay."}] * n)),
    "a list": ("l.txt", lambda n: "We demand:\n" + "\n".join(f"- the release of man {k}" for k in range(n))),
    "a log": ("l.txt", lambda n: "\n".join(f"{k % 24:02d}{k % 60:02d}  Zeru denies any firing." for k in range(n))),
    "headings": ("h.txt", lambda n: "\n\n".join(f"Alba Port{k}\nWe will not leave the valley." for k in range(n))),
    "addressees": ("a.txt", lambda n: "\n".join(f"Ana{k % 300}: you asked us to carry it all" for k in range(n))),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS)
def test_four_times_the_text_takes_about_four_times_as_long(kind):
    name, make = MAKERS[kind]

    def spent(n: int) -> float:
        made = make(n)
        raw = made if isinstance(made, bytes) else made.encode()
        start = time.process_time()
        for text in open_bytes(raw, name):
            read(text.text)
        return time.process_time() - start

    spent(50)
    assert spent(2_400) < 8 * spent(600)
