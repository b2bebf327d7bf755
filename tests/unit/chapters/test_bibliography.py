"""The bibliography as data: the parser, the checks, and what they must and must not find."""

import re

import pytest

from ssl_course.chapters import bibliography

SAMPLE = r"""
A comment between entries is no entry.
@InProceedings{hyvarinen2010noise,
  author = {Hyv{\"a}rinen, Aapo and
            {\c{C}}elik, {\'E}va and M\"uller, J{\o}rn},
  title  = "Noise {NCE}: a {T}est of
            {{nested}} braces",
  YEAR   = 2010,
  eprint = {1001.0001},
}
@misc{doe2020nothing, title = {Nothing}, author = {Doe, Jane}, year = {2020},
  url = {https://openreview.net/forum?id=abc}}
"""


def entry(**fields):
    base = {"title": "A title", "author": "Doe, Jane", "year": "2020", "eprint": "2002.05709"}
    return bibliography.Entry("misc", "doe2020title", base).but(**fields)


class TestParse:
    first, second = bibliography.parse(SAMPLE)

    def test_kinds_keys_and_fields(self):
        assert [self.first.kind, self.second.kind] == ["inproceedings", "misc"]
        assert [self.first.key, self.second.key] == ["hyvarinen2010noise", "doe2020nothing"]
        assert set(self.first.fields) == {"author", "title", "year", "eprint"}

    def test_plain_text(self):
        assert self.first.authors == ["Hyvärinen, Aapo", "Çelik, Éva", "Müller, Jørn"]
        assert self.first.title == "Noise NCE: a Test of nested braces"
        assert self.first.year == 2010
        assert self.first.venue == "arXiv"

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("@misc{a, title = {no end}", "no closing brace"),
            ("@misc{a, title = {no {end}", "does not end"),
            ("@misc{a, month = jan}", "in braces"),
            ("@misc{a, year = 2000, year = 2001}", "twice"),
        ],
    )
    def test_what_cannot_be_read(self, text, complaint):
        with pytest.raises(ValueError, match=complaint):
            bibliography.parse(text)

    def test_the_book_s_own_file_is_read_to_its_end(self):
        source = bibliography.FOLDER / "references.bib"
        text = source.read_text(encoding="utf-8")
        entries = bibliography.bibliography()
        assert [e.key for e in entries] == re.findall(r"^@\w+\{([^,]+),", text, re.M)
        assert not [e.key for e in entries if re.search(r"[{}\\]", e.title + str(e.authors))]


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("identifier", "date"),
        [
            ("0704.0001", (2007, 4)),
            ("1412.9999", (2014, 12)),
            ("1501.00001", (2015, 1)),
            ("2002.05709v3", (2020, 2)),
            ("hep-th/9108001", (1991, 8)),
            ("math.GT/0309136", (2003, 9)),
            ("cs/0703001v1", (2007, 3)),
        ],
    )
    def test_submitted(self, identifier, date):
        assert bibliography.submitted(identifier) == date

    @pytest.mark.parametrize(
        "identifier",
        ["2013.04567", "2000.04567", "1403.12345", "2002.0570", "arXiv:2002.05709", "hep-th/99010"],
    )
    def test_what_was_never_submitted(self, identifier):
        with pytest.raises(ValueError, match="'"):
            bibliography.submitted(identifier)

    def test_isbn(self):
        assert bibliography.isbn_is_valid("978-0-262-03561-3")
        assert bibliography.isbn_is_valid("0-262-03561-8")
        assert bibliography.isbn_is_valid("0-8044-2957-X")
        assert not bibliography.isbn_is_valid("0-8044-2957-1")
        assert not bibliography.isbn_is_valid("978-0-262-03561")

    def test_every_single_wrong_digit_of_an_isbn_is_found(self):
        for right in ("9780262035613", "0262035618"):
            for place in range(len(right)):
                for digit in set("0123456789") - {right[place]}:
                    assert not bibliography.isbn_is_valid(
                        right[:place] + digit + right[place + 1 :]
                    )

    def test_precedence_and_addresses(self):
        assert entry(doi="10.1/X").identifier == "arXiv:2002.05709"
        assert entry(eprint="2002.05709v2").address == "https://arxiv.org/abs/2002.05709"
        assert entry(eprint=None, doi="10.1234/AbC").address == "https://doi.org/10.1234/abc"
        book = entry(eprint=None, isbn="978-0-262-03561-3", url="https://x.org/y")
        assert book.address == "https://openlibrary.org/isbn/9780262035613"
        assert entry(eprint=None).address == ""


class TestFaults:
    def test_a_sound_entry_has_none(self):
        assert bibliography.faults(entry()) == []

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"title": None}, "no title"),
            ({"author": None}, "no author"),
            ({"year": None}, "no year"),
            ({"year": "in press"}, "is no year"),
            ({"author": "Doe, Jane and others"}, "cut short"),
            ({"author": "Doe, Jane et al."}, "cut short"),
            ({"eprint": None}, "no identifier"),
            ({"eprint": "2013.04567"}, "month 13"),
            ({"eprint": "2102.05709"}, "published 2020, but arXiv:2102.05709 is from 2021"),
            ({"eprint": "1602.05709"}, "is from 2016"),
            ({"doi": "https://doi.org/10.1234/x"}, "form of a DOI"),
            ({"doi": "10.5555/1756006.1953039"}, "only looks like a DOI"),
            ({"isbn": "978-0-262-03651-3"}, "check digit"),
            ({"eprint": None, "url": "https://example.org"}, "neither an identifier"),
            ({"eprint": None, "url": "http://jmlr.org/papers/v1"}, "neither an identifier"),
            ({"author": "Roe, Jane"}, "the key does not fit Roe, 2020"),
            ({"key": "doe2019title"}, "the key does not fit Doe, 2020"),
        ],
    )
    def test_faults_are_found(self, fields, complaint):
        found = bibliography.faults(entry(**fields))
        assert any(complaint in fault for fault in found), found

    def test_a_paper_needs_the_venue_s_page_and_a_report_does_not(self):
        fields = {"eprint": None, "url": "https://lab.example.org/report.pdf"}
        report = entry(**fields)
        assert bibliography.faults(report) == []
        paper = bibliography.Entry("inproceedings", report.key, report.fields)
        assert "venue's page" in bibliography.faults(paper)[0]
        venue = paper.but(url="https://proceedings.mlr.press/v9/gutmann10a.html")
        assert bibliography.faults(venue) == []

    @pytest.mark.parametrize(
        ("author", "key"),
        [
            ("van den Oord, Aaron", "oord2020title"),
            ("van den Oord, Aaron", "vandenoord2020title"),
            ("Loaiza-Ganem, Gabriel", "loaizaganem2020title"),
            (r"J{\'e}gou, Herv{\'e}", "jegou2020title"),
        ],
    )
    def test_keys_of_difficult_names(self, author, key):
        assert bibliography.faults(entry(author=author, key=key)) == []


class TestTitles:
    def test_normalized(self):
        assert bibliography.normalized(r"The {GAN}: Poincar{\'e}, auto-encoded.") == (
            "the gan poincare auto encoded"
        )

    def test_similarity_is_one_for_forms_of_one_title_and_symmetric(self):
        assert bibliography.similarity("A {VAE}, again", "a vae again") == 1
        pair = "Generative adversarial nets", "Generative adversarial networks"
        assert bibliography.ALIKE < bibliography.similarity(*pair) < 1
        assert bibliography.similarity("Wasserstein GAN", "SwAV") < bibliography.ALIKE

    def test_duplicates(self):
        first = entry()
        twin = entry(key="doe2020again", title="A {Title}.", eprint="2002.05709v2")
        other = entry(key="doe2020other", title="Another", eprint="2002.00001")
        assert bibliography.duplicates([first, other]) == []
        assert bibliography.duplicates([first, other, twin]) == [
            "doe2020title, doe2020again: the same identifier",
            "doe2020title, doe2020again: the same title",
        ]
        assert "doe2020title, doe2020title: the same key" in bibliography.duplicates([first, first])

    def test_the_second_source(self):
        titles = {"arXiv:2002.05709": "a title"}
        assert bibliography.check([entry()], titles) == []
        assert (
            "leads to “a title”" in bibliography.check([entry(title="Something else")], titles)[0]
        )
        assert "nobody has looked up" in bibliography.check([entry()], {})[0]


def test_table_has_a_row_an_entry():
    table = bibliography.table([entry()])
    assert table.loc["doe2020title"].to_dict() == {
        "year": 2020,
        "authors": 1,
        "title": "A title",
        "venue": "arXiv",
        "identifier": "arXiv:2002.05709",
    }
