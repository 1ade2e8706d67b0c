"""Renews gucang/kernel/text/phrases.txt: the phrases of pypinyin (MIT) that change how a character is read.

Only those with a character of our table of common heteronyms, and only where the phrase differs from its characters
read one by one. Run it after changing that table: `.venv/bin/python tools/phrases.py`.
"""

from pypinyin.phrases_dict import phrases_dict

from gucang.kernel.text.heteronyms import COMMON_READINGS
from gucang.kernel.text.pinyin import PHRASES, usual_reading, with_tone_digit


def lines() -> list[str]:
    """ "银行 yin2 hang2" for every phrase worth keeping, in a stable order."""
    found = []
    for phrase, recorded in phrases_dict.items():
        if len(recorded) != len(phrase) or not any(char in COMMON_READINGS for char in phrase):
            continue
        tones = [with_tone_digit(syllable[0]) for syllable in recorded]
        if all(tones) and tones != [usual_reading(char) for char in phrase]:
            found.append(f"{phrase} {' '.join(tones)}")
    return sorted(found)


if __name__ == "__main__":
    made = lines()
    PHRASES.write_text("\n".join(made) + "\n", "utf-8")
    print(f"{len(made)} phrases.")
