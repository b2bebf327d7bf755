"""The chapters ran, with nbval as the judge, and print what is stored.

`make test` runs them before these tests; nothing is executed here.
"""

import pytest

from coursekit import pairs
from coursekit.run import everything

SOURCES = pairs.sources()
SLOWER = 3.0
"""CPU seconds of a slow machine with neighbors, for one of the machine that budgets are for."""
parametrize = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@parametrize
def test_the_last_run_is_current(source):
    assert everything.executed(source) is not None, "run: make book"


@parametrize
@pytest.mark.parametrize("kind", ["error", "output", "cost"])
def test_nothing_is_found(source, kind):
    findings = everything.findings(source, slack=SLOWER)
    found = [finding.text for finding in findings if finding.kind == kind]
    assert found == [], "if that is meant, run: make sync"


def test_most_outputs_are_compared():
    """Of 800 outputs a few dozen are clocks, machine facts and live adversarial training."""
    counts = [everything.compared(source) for source in SOURCES]
    exactly, within = (sum(getattr(c, kind) for c in counts) for kind in ("exactly", "within"))
    assert exactly + within > 700
    assert exactly >= 0.85 * (exactly + within + sum(len(count.left_out) for count in counts))
