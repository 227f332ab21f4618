"""In which language a text is written: by its script, then by its commonest small words.

A profile of the words that no text of a language can do without is enough to say that a text is not in the language of
the pack; it does not tell close relatives apart and is silent about short texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

__all__ = ["NAMES", "detected"]

FEWEST = 25
"""Words below which nothing is said."""
SAMPLE = 20_000
"""Characters looked at."""

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "sv": "Swedish",
    "pl": "Polish", "tr": "Turkish", "lt": "Lithuanian", "ro": "Romanian", "id": "Indonesian", "sw": "Swahili", "ru": "Russian",
    "uk": "Ukrainian", "sr": "Serbian", "ar": "Arabic", "fa": "Persian", "he": "Hebrew", "el": "Greek", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "hi": "Hindi", "am": "Amharic", "ka": "Georgian", "hy": "Armenian", "th": "Thai",
}  # fmt: skip

_WORDS = {
    "en": "the of and to in a that is was he for it with as his on be at by had not are but from or have an they which you were her she would there their we him been has when who will more no if out so said",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber vor zur bis",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son aux d'une cette ou mais comme nous été leur être deux ces on elle fait ont vous",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había",
    "it": "di e il la che in a per un è del non una sono da della con le si al i come più anche lo gli ha ma nel alla dei o se delle questo suo dal essere nella ci era",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er die om ook als dan maar bij of uit nog naar heeft ze door over hij wordt werd worden hebben tot deze",
    "sv": "och att det som en på är av för med den till inte har de ett om var jag men han så vi från vid kan nu ska eller när mot efter under sin hade",
    "pl": "w i na z się do nie że to jest o od za przez po jak ale dla co tym oraz przy tego był są jego tak może które będzie czy także ich już tylko",
    "tr": "ve bir bu da de için ile olarak çok daha en olan gibi ne kadar sonra ise olduğu var o ancak ya her diye değil mi tarafından",
    "lt": "ir į kad yra su tai iš bet kaip ne už apie dėl buvo nuo jis per o tik taip po bus kurie gali savo jau",
    "ro": "de și în a la cu pe nu din care că o este un să se mai pentru prin sau dar au fost ce după",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena tersebut bisa ada mereka kami oleh sudah",
    "sw": "ya na wa kwa ni katika la za kuwa hii cha kama hiyo au lakini pia wao yake hilo huo",
}
_PROFILES = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_CYRILLIC = {"uk": "іїєґ", "ru": "ыэъё", "sr": "ђћџљњ"}
"""Letters that the other languages do not have."""
_SCRIPTS = {
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "DEVANAGARI": "hi",
    "ETHIOPIC": "am", "GEORGIAN": "ka", "ARMENIAN": "hy", "THAI": "th", "CYRILLIC": "ru",
}  # fmt: skip


def detected(text: str) -> str | None:
    """The code of the language of a text; None where it is short or does not show it.

    >>> detected("Der Minister sagte, dass die Regierung den Plan nicht annehmen wird. " * 4)
    'de'
    """
    sample = text[:SAMPLE]
    other = _by_script(sample)
    if other:
        return other
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", sample.lower())
    if len(words) < FEWEST:
        return None
    count = Counter(words)
    share = {code: sum(count[w] for w in profile) / len(words) for code, profile in _PROFILES.items()}
    best, second = sorted(share, key=lambda code: -share[code])[:2]
    clear = share[best] >= 0.15 and share[best] >= 1.3 * share[second]
    return best if clear else None


def _by_script(sample: str) -> str | None:
    """The language of a script other than Latin in which most letters are."""
    if sample.isascii():
        return None
    letters = Counter(c for c in sample if c.isalpha())
    total = sum(letters.values())
    scripts: Counter[str] = Counter()
    for c, n in letters.items():
        scripts[unicodedata.name(c, "?").split()[0].split("-")[0]] += n
    if not total or total < 4 * FEWEST:
        return None
    script, n = scripts.most_common(1)[0]
    if script not in _SCRIPTS or n < 0.5 * total:
        return None
    if script == "CYRILLIC":
        own = {code: sum(letters[c] for c in some) for code, some in _CYRILLIC.items()}
        best = max(own, key=lambda code: own[code])
        return best if own[best] else None
    if script == "ARABIC" and any(c in letters for c in "پچژگ"):
        return "fa"
    return "ja" if script == "CJK" and scripts["HIRAGANA"] else _SCRIPTS[script]
