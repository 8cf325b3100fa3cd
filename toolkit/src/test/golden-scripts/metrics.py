"""Writes ../resources/golden/metrics.json: what the reference implementations give.

Takes the folder with WordNet 3.0's files (index.noun, …), as the artifact
net.sf.extjwnl:extjwnl-data-wn30:1.2 has them.
"""

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

import nltk
import numpy as np
import sacrebleu
from nltk.corpus import wordnet
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from nltk.translate.meteor_score import meteor_score
from punkt.data import english
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from rouge_score import rouge_scorer
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

TARGET = Path(__file__).parent / "../resources/golden/metrics.json"

SUBJECTS = """the old garden|Maria Silva|Aarhus Airport|a child|the U.S. Navy|Dr. Smith|two dogs|the company
Mr. J. Brown|the Café Noir|its runway|nobody|the quick brown foxes|St. Louis|he|they|the city's mayor|Łódź
a red-hot stove|the 2nd edition|New York (city)|Alan Bean|the sailors|Jr. members|the professors""".replace(
    "\n", "|"
).split("|")
VERBS = """is located in|was born in|gave|has given|will see|cannot find|did n't like|doesn't know|buys|bought
is buying|ran|runs|was running from|served as a crew member of|costs|'s from|leads|is led by|studies|studied
dies near|happily married|proceeds to|couldn't've met|'d rather help|wanna eat|gimme""".replace(
    "\n", "|"
).split("|")
OBJECTS = """Texas|a football|3,500 metres|$3.88|the mother|12.5%|"a large house"|'the old dog'|Aarhus, Denmark
the United States|Ohio State University, B.S. 1955|the automobile|a car|big boats|the largest ships|nothing
the year 1998-1999|e.g. apples|the 1960's|mother-in-law|their mothers|cookies & tea|50 <units>|the end...
it -- really|naïve Zürich|日本語|😀 smiles|runway 10L/28R|a.m. flights|No. 5|the world's best""".replace(
    "\n", "|"
).split("|")
ENDS = [".", ".", ".", "", "!", "?", " .", "...", '."', ".)", "!!", " ;", ":", ".”", "?!"]
ODD = [
    "",
    " ",
    ".",
    "...",
    "the the the the",
    "a",
    "\"'\"",
    "Hello. (World.) \"Yes.\" 'No.' End",
    "\u00a0non\u00a0breaking\u2003space",
    "&quot;quoted&quot; &amp; &lt;b&gt;",
    "line one\nline two\n\nline three",
    "dash-\nbroken",
    "J. S. Bach met A. Einstein. They talked.",
    "He lives at 5 p.m. The train leaves. In Jan. 2005 it came. Mr. Brown et al. agreed.",
    "ends in etc. And then? What!No",
    "I. Newton was no. 1. Then 2. three",
    "well... maybe. ... Or . . . not",
    "l'été où ſtraße K",
    "''two'' ``back'' «guil» “curly” ‘single’",
    "1,000.50 and 1.000,50 and .5 and 5. and -3 and 3-4",
    "'tis 'Twas d'ye more'n lemme gotta gonna cannot",
    "\U0001d4d0\U0001d4d1 math \u0301combining e\u0301",
    "tab\tand\vvertical\x1cseparator\x85next",
    "C'est fini.' Oui.»",
    "A" * 300,
]


def sentence(rng):
    return f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}{rng.choice(ENDS)}"


def text(rng):
    kind = rng.random()
    if kind < 0.12:
        return rng.choice(ODD)
    joint = rng.choice([" ", " ", " ", "\n", "  "])
    return joint.join(sentence(rng) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def near(rng, original):
    """A text that shares words with another."""
    words = original.split(" ")
    for _ in range(rng.randrange(0, 5)):
        change = rng.random()
        at = rng.randrange(len(words) + 1)
        if change < 0.3 and words:
            del words[min(at, len(words) - 1)]
        elif change < 0.6:
            words.insert(at, rng.choice(rng.choice(rng.choice([SUBJECTS, VERBS, OBJECTS])).split(" ")))
        elif change < 0.8 and words:
            words.append(rng.choice(words))
        else:
            rng.shuffle(words)
    return " ".join(words)


def word_tokenizer():
    parameters = PunktParameters()
    parameters.abbrev_types = set(english.ABBREV_TYPES)
    parameters.sent_starters = set(english.SENT_STARTERS)
    parameters.collocations = set(english.COLLOCATIONS)
    parameters.ortho_context.update(english.ORTHO_CONTEXT)
    sentences = PunktSentenceTokenizer(parameters)
    words = NLTKWordTokenizer()
    return lambda given: [w for s in sentences.tokenize(given) for w in words.tokenize(s)]


def corpora(rng):
    cases = []
    for _ in range(240):
        pairs = []
        for _ in range(rng.choice([1, 1, 2, 5])):
            references = [text(rng)]
            for _ in range(rng.choice([0, 0, 1, 2, 4])):
                references.append(near(rng, references[0]) if rng.random() < 0.7 else text(rng))
            hypothesis = near(rng, rng.choice(references)) if rng.random() < 0.85 else text(rng)
            if rng.random() < 0.05:
                hypothesis = rng.choice(ODD)
            pairs.append({"text": hypothesis, "references": references})
        cases.append({"pairs": pairs})
    return cases


def bleu(pairs):
    most = max(len(pair["references"]) for pair in pairs)
    references = [
        [pair["references"][i] if i < len(pair["references"]) else None for pair in pairs]
        for i in range(most)
    ]
    scorer = sacrebleu.BLEU(smooth_method="none", tokenize="13a")
    return scorer.corpus_score([pair["text"] for pair in pairs], references).score / 100


def bleu_shortest(pairs):
    tokenize = Tokenizer13a()
    scorer = BleuScorer(n=4)
    for pair in pairs:
        scorer += (
            tokenize(pair["text"].rstrip()),
            [tokenize(reference.rstrip()) for reference in pair["references"]],
        )
    score, _ = scorer.compute_score(option="shortest", verbose=0)
    return score[3]


def rouge(pairs):
    names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(names, use_stemmer=False)
    scores = [scorer.score_multi(pair["references"], pair["text"]) for pair in pairs]
    return {name: float(np.mean([s[name].fmeasure for s in scores])) for name in names}


def classes(rng):
    cases = []
    for number in range(220):
        count = [2, 2, 3, 2][number % 4]
        size = rng.randrange(1, 40)
        gold = [rng.randrange(count) for _ in range(size)]
        answers = [g if rng.random() < 0.6 else rng.randrange(count) for g in gold]
        if number % 10 == 0:
            answers = [answers[0]] * size
        if number % 4 == 3:
            answers = [a if rng.random() < 0.8 else -1 for a in answers]
        cases.append(
            {
                "answers": answers,
                "gold": gold,
                "accuracy": accuracy_score(gold, answers),
                "f1": f1_score(gold, answers, labels=[1], average="macro", zero_division=0),
                "matthews_correlation": matthews_corrcoef(gold, answers),
            }
        )
    return cases


def stems(rng, folder):
    words = set()
    for name in ["noun", "verb", "adj", "adv"]:
        lines = (folder / f"index.{name}").read_text(encoding="utf-8").splitlines()
        entries = [line.split(" ")[0] for line in lines if not line.startswith("  ")]
        words.update(word for word in entries if word.isalpha())
    sample = rng.sample(sorted(words), 1500)
    endings = ["s", "es", "ed", "ing", "ies", "y", "ally", "ation", "er", "est", "ness", "fulli", "logi"]
    sample += [word + rng.choice(endings) for word in rng.sample(sample, 1000)]
    sample += "sky skies dying news innings yyyy say by eed ied died cried ion lion adoption Ünïcode a is".split()
    stemmer = PorterStemmer()
    return {word: stemmer.stem(word) for word in sample}


def synonyms(rng):
    words = rng.sample(sorted(w for w in wordnet.all_lemma_names() if "_" not in w), 900)
    words += [w + e for w in rng.sample(words, 300) for e in ("s", "ed", "ing", "er", "es")]
    words += "men geese ran better best worse oxen Paris U.S. ' . running dies axes offer aurar xyzzy".split()
    found = {}
    for word in words:
        names = {
            lemma.name()
            for synset in wordnet.synsets(word)
            for lemma in synset.lemmas()
            if "_" not in lemma.name()
        }
        found[word] = sorted(names)
    return found


def main():
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as data:
        # Where NLTK looks for it.
        shutil.copytree(folder, Path(data) / "corpora/wordnet")
        nltk.data.path.insert(0, data)
        write(folder)


def write(folder):
    words = word_tokenizer()
    rng = random.Random(7)
    texts = ODD + [text(rng) for _ in range(500)]
    tokenize = Tokenizer13a()
    cases = corpora(rng)
    for case in cases:
        pairs = case["pairs"]
        case["bleu"] = bleu(pairs)
        # This reference adds a little to counts of 0, so that its score is never quite 0.
        case["bleu_shortest"] = bleu_shortest(pairs) if case["bleu"] > 0 else 0
        case.update(rouge(pairs))
        case["meteor"] = float(
            np.mean(
                [
                    meteor_score(
                        [words(reference) for reference in pair["references"]],
                        words(pair["text"]),
                    )
                    for pair in pairs
                ]
            )
        )
    golden = {
        "texts": cases,
        "classes": classes(rng),
        "words": [[given, words(given)] for given in texts],
        "mteval13a": [[given, tokenize(given.rstrip()).split()] for given in texts],
        "stems": stems(rng, folder),
        "synonyms": synonyms(rng),
    }
    TARGET.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
