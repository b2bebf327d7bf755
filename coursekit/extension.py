"""What this book needs of Sphinx beyond its configuration."""

import hashlib
import shutil
from pathlib import Path

import jupytext
from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util.docutils import SphinxDirective

import ssl_course
from coursekit import pairs, student, version
from coursekit.run import record


def set_repository(app, config):
    """Name the repository, and the release whose notebooks the launch buttons open."""
    config.html_theme_options |= {
        "repository_url": version.repository(),
        "repository_branch": f"v{ssl_course.__version__}",  # what a page's first cell installs
        "path_to_docs": "",
        "use_repository_button": True,
        "use_issues_button": True,
    }


def changed_pages(app, env, added, changed, removed):
    """Read a page again when its text or its outputs have changed, whatever the time stamps say."""
    now = {name: page_digest(Path(env.doc2path(name))) for name in env.found_docs}
    before, env.course_pages = getattr(env, "course_pages", {}), now
    return sorted(name for name in now if before.get(name) != now[name] and name not in added)


def page_digest(source: Path) -> str:
    """Of a page's text and its run, or all runs for a page that shows what they cost."""
    text = source.read_bytes()
    names = "*.json" if b"{chapter-costs}" in text else f"{source.stem}.json"
    runs = b"".join(file.read_bytes() for file in sorted(record.RECORDS.glob(names)))
    return hashlib.sha256(text + runs).hexdigest()


class ChapterCosts(SphinxDirective):
    """A table of what each chapter cost in the last run: seconds, CPU seconds, memory."""

    def run(self) -> list[nodes.Node]:
        """The table, from the records of the run."""
        lines = ["| chapter | seconds | CPU seconds | dearest cell | memory |"]
        lines += ["|---|---:|---:|---:|---:|"]
        for source in pairs.sources():
            last = record.load(source.stem)
            if last is None:
                continue
            dearest = max((cell.cpu for cell in last.cells), default=0)
            lines.append(
                f"| [{title(source)}]({source.name}) | {last.wall:.0f} | {last.cpu:.1f} "
                f"| {dearest:.1f} | {last.memory / 1e9:.1f} GB |"
            )
        self.env.note_dependency(str(record.RECORDS))
        return self.parse_text_to_nodes("\n".join(lines))


def title(source: Path) -> str:
    """The heading of a page."""
    lines = source.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("# ") for line in lines if line.startswith("# "))


def forget_build_with_warnings(app, exception):
    """Read everything again after a build with warnings.

    Sphinx warns only about pages that it reads; a second build would find nothing to do, and a
    page with a failed cell would pass.
    """
    if app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def offer_students_version(app, exception):
    """The download button gives what students may see, not the source with its solutions."""
    offered = Path(app.outdir) / "_sources" / "book"
    for source in pairs.sources() if exception is None and offered.is_dir() else ():
        if not (offered / source.name).is_file():
            continue
        pair = pairs.pair_of(source)
        chapter = student.version(jupytext.read(source), student.printed(jupytext.read(pair)))
        text = jupytext.writes(chapter, fmt="md:myst")
        (offered / source.name).write_text(text, encoding="utf-8")
        if (offered / pair.name).is_file():
            shutil.copyfile(pair, offered / pair.name)


def drop_unused_scripts(app, pagename, templatename, context, doctree):
    """Thebe is loaded twice by Jupyter Book, fails for that, and is not used here."""

    def is_thebe(script):
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        return "THEBE_JS_URL" in body or "sphinx-thebe.js" in str(getattr(script, "filename", ""))

    scripts = context.get("script_files", [])
    scripts[:] = [script for script in scripts if not is_thebe(script)]


def setup(app):
    """Connect all of this."""
    app.connect("config-inited", set_repository)
    app.connect("env-get-outdated", changed_pages)
    app.connect("build-finished", forget_build_with_warnings)
    app.connect("build-finished", offer_students_version)
    app.connect("html-page-context", drop_unused_scripts, priority=990)
    app.add_directive("chapter-costs", ChapterCosts)
    return {"parallel_read_safe": True, "version": "2"}
