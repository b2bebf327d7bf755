"""Wrong answers to the exercises of chapter 10."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "10-a",
        "every two-digit year is of this century",
        "1900 if old and year > 90 else 2000",
        "2000",
        "belongs to the last century",
    ),
    Mutant(
        "10-a",
        "every old identifier is of the last century",
        "1900 if old and year > 90 else 2000",
        "1900 if old else 2000",
        "belong to this century",
    ),
    Mutant(
        "10-a",
        "any two digits are a month",
        "if not 1 <= month <= 12:",
        "if not 0 <= month <= 99:",
        "no thirteenth month",
    ),
    Mutant(
        "10-a",
        "five digits follow the dot in every year",
        r"\.\d{4,5}(v",
        r"\.\d{5}(v",
        "four digits behind the dot",
    ),
    Mutant(
        "10-a",
        "an identifier at the beginning is enough",
        r're.fullmatch(r"(\d\d)(\d\d)\.',
        r're.match(r"(\d\d)(\d\d)\.',
        "not its beginning only",
    ),
    Mutant(
        "10-b",
        "capitals matter",
        "letters.lower()",
        "letters",
        "Capitals do not make another title",
    ),
    Mutant(
        "10-b",
        "a brace ends a word",
        're.sub("[{}]", "", title)',
        're.sub("[{}]", " ", title)',
        "must not cut the word in two",
    ),
    Mutant(
        "10-b",
        "a letter with an accent is no letter",
        'unicodedata.normalize("NFKD", ',
        'unicodedata.normalize("NFC", ',
        "An accent falls, its letter stays",
    ),
    Mutant(
        "10-b",
        "every title makes a group",
        "if len(keys) > 1",
        "if keys",
        "occurs once makes no group",
    ),
)
