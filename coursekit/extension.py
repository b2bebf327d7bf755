"""What this book needs of Sphinx beyond its configuration."""

import json
import logging
import shutil
from pathlib import Path

import jupytext
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from sphinx.application import ENV_PICKLE_FILENAME

import ssl_course
from coursekit import pairs, student, version
from coursekit.hashing import contents, package_hash

PROGRESS = logging.getLogger("course")
PROGRESS.setLevel(logging.INFO)  # jupyter-cache then names each notebook that it starts and ends
READER = {"type": "plugin", "name": "myst_nb_md"}


def set_repository(app, config):
    """Name the repository, and the release whose notebooks the launch buttons open."""
    config.html_theme_options |= {
        "repository_url": version.repository(),
        "repository_branch": f"v{ssl_course.__version__}",  # what a page's first cell installs
        "path_to_docs": "",
        "use_repository_button": True,
        "use_issues_button": True,
    }


def forget_stale_outputs(app, env, added, changed, removed):
    """Run a notebook again when the package, a table or a quiz that it uses has changed.

    The execution cache knows only the cells; it would show outputs of the old package.
    The cache and the read pages each remember what they were made with, because either may be
    deleted or a build may be interrupted between the two.
    """
    files = contents()
    now = {
        str(source): package_hash(source.read_text("utf-8"), files) for source in pairs.sources()
    }
    folder = Path(env.mystnb_config.execution_cache_path)
    cache, stamps = get_cache(folder), folder / "packages.json"
    ran = json.loads(stamps.read_text()) if stamps.is_file() else {}
    for record in cache.list_cache_records():
        if ran.get(record.uri) != now.get(record.uri):
            cache.remove_cache(record.pk)
    stamps.write_text(json.dumps(now))
    read, env.course_packages = getattr(env, "course_packages", {}), now
    stale = {env.path2doc(path) for path, package in now.items() if read.get(path) != package}
    return sorted(stale & env.found_docs - added)


def run_side_by_side(app, env, added, changed, removed):
    """Run what the execution cache lacks, a notebook a core; MyST-NB alone takes one by one.

    What fails here stays out of the cache, so MyST-NB runs it again and warns.
    """
    cache = get_cache(env.mystnb_config.execution_cache_path)
    for source in pairs.sources():
        if env.path2doc(str(source)) in env.found_docs:
            cache.add_nb_to_project(str(source), read_data=READER)
    seconds = env.mystnb_config.execution_timeout
    load_executor("local-parallel", cache, PROGRESS).run_and_cache(timeout=seconds)
    return []


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
        chapter = jupytext.read(source)
        pair = jupytext.read(source.with_suffix(".ipynb"))
        text = jupytext.writes(student.version(chapter, student.printed(pair)), fmt="md:myst")
        (offered / source.name).write_text(text, encoding="utf-8")
        if (offered / source.name).with_suffix(".ipynb").is_file():
            shutil.copyfile(
                source.with_suffix(".ipynb"), (offered / source.name).with_suffix(".ipynb")
            )


def drop_unused_scripts(app, pagename, templatename, context, doctree):
    """Thebe is loaded twice by Jupyter Book, fails for that, and is not used here."""

    def is_thebe(script):
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        return "THEBE_JS_URL" in body or "sphinx-thebe.js" in str(getattr(script, "filename", ""))

    scripts = context.get("script_files", [])
    scripts[:] = [script for script in scripts if not is_thebe(script)]


def setup(app):
    app.connect("config-inited", set_repository)
    app.connect("env-get-outdated", forget_stale_outputs, priority=1)
    app.connect("env-get-outdated", run_side_by_side, priority=2)
    app.connect("build-finished", forget_build_with_warnings)
    app.connect("build-finished", offer_students_version)
    app.connect("html-page-context", drop_unused_scripts, priority=990)
    return {"parallel_read_safe": True, "version": "1"}
