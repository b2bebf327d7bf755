"""Visible checks of chapter 10; written by ``python -m coursekit.checks``, do not edit."""

from ssl_course.course.checks import Exercise


def check_a(written_in):
    def outcome(identifier):
        try:
            return tuple(written_in(identifier))
        except ValueError:
            return "refused"

    assert outcome("2002.05709") == (2020, 2), (
        "The first two digits are the year, the next two the month."
    )
    assert outcome("hep-th/9901001") == (1999, 1), (
        "An old identifier of the nineties belongs to the last century."
    )


def check_b(simplified, twice):
    assert simplified("Adversarial Autoencoders") == simplified("adversarial autoencoders"), (
        "Capitals do not make another title."
    )
    assert simplified("{VICReg}") == "vicreg", (
        "Braces protect capitals; they are no part of the title."
    )


EXERCISES = {
    "a": Exercise(
        ("written_in",),
        check_a,
        (
            (
                "A version and an archive can be taken away first; what remains begins "
                "with year and month in both styles.\n"
                "Two digits from 91 to 99 belong to the last century, but only in the old "
                "style."
            ),
            (
                "Two patterns for `re.fullmatch`: `(\\d\\d)(\\d\\d)\\.\\d{4,5}(v\\d+)?` for the "
                "new style and `[a-z-]+(?:\\.[A-Z]{2})?/(\\d\\d)(\\d\\d)\\d{3}(v\\d+)?` for the "
                "old one.\n"
                "If neither matches, raise.\n"
                "Then compute the year, and raise again unless the month is from 1 to 12."
            ),
        ),
    ),
    "b": Exercise(
        ("simplified", "twice"),
        check_b,
        (
            (
                'An accent is a letter of its own after `unicodedata.normalize("NFKD", '
                "text)`, one that is neither letter nor digit.\n"
                "For the groups, collect keys in a dictionary whose keys are simplified "
                "titles."
            ),
            (
                "Decompose, drop characters for which `unicodedata.combining` is true, "
                "drop braces *without leaving a space*, lower the case, and join what "
                '`re.findall(r"[a-z0-9]+", …)` gives.\n'
                "`groups.setdefault(simplified(title), []).append(key)` builds the "
                "groups; keep those of more than one key."
            ),
        ),
    ),
}
