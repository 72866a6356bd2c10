"""A workspace's prompts are data: a template can print what it is given, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from retest.errors import FileError
from retest.prompts import LONGEST_PROMPT, load_prompts

VALUES = {
    "claim": "Wind drives tides.",
    "papers": [{"id": "2603.00001", "sentences": ["One.", "Two."]}],
    "anchors": ["Lakes"],
}
ESCAPES = [
    "''.__class__.__mro__[1].__subclasses__()",
    "''['__class__']",
    "claim.__class__",
    "claim.format",
    "('{0.__class__}').format(claim)",
    "('%s' % claim)",
    "claim|attr('__class__')",
    "(claim|string).__class__",
    "[].append",
    "papers.append(1)",
    "papers[0].pop('id')",
    "papers[0].items()",
    "self.__init__.__globals__",
    "self._TemplateReference__context",
    "cycler.__init__.__globals__.os.system('touch escaped')",
    "lipsum.__globals__['os'].system('touch escaped')",
    "joiner.__init__.__globals__",
    "namespace.__init__.__globals__",
    "range(10)",
    "dict(a=1)",
    "papers|map(attribute='__class__')|list",
    "papers|map('attr','__class__')|list",
    "papers|selectattr('__class__')|list",
    "papers|groupby('__class__')",
    "papers|join(attribute='__class__')",
    "papers|tojson",
    "claim|xmlattr",
    "claim|format",
    "'x' * 1000000000",
    "2 ** 100000000",
    "'%1000000000s' % 1",
    "x.__init__",
    "(papers|first).keys",
    "joiner",
    "get_flashed_messages",
    "url_for",
    "request.application",
    "super.__self__",
    "loop.__class__",
]


def template(folder: Path, user: str) -> None:
    (folder / "prompts").mkdir(exist_ok=True)
    text = f"{{% block system %}}s{{% endblock %}}{{% block user %}}{user}{{% endblock %}}"
    (folder / "prompts" / "plan.md").write_text(text, encoding="utf-8")


def rendered(folder: Path, user: str) -> str:
    template(folder, user)
    return load_prompts(folder)["plan"].render(VALUES)[1]


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_expression_reaches_more_than_the_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, escape: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for user in (
        f"{{{{ {escape} }}}}",
        f"{{% for paper in papers %}}{{{{ {escape} }}}}{{% endfor %}}",
        f"{{% set x = {escape} %}}{{{{ x }}}}",
        f"{{% if {escape} %}}yes{{% endif %}}",
    ):
        with pytest.raises(FileError):
            rendered(tmp_path, user)
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% from 'os' import system %}{{ system }}",
        "{% macro m() %}x{% endmacro %}{{ m() }}",
        "{% call claim() %}{% endcall %}",
        "{{ self.system() }}",
        "{% filter attr('__class__') %}x{% endfilter %}",
    ],
)
def test_no_statement_reads_another_file_or_calls_anything(tmp_path: Path, statement: str) -> None:
    with pytest.raises(FileError):
        rendered(tmp_path, statement)


def test_a_template_that_grows_without_end_is_stopped(tmp_path: Path) -> None:
    loops = "{% for a in papers[0].sentences %}" * 3 + "x" * 60_000 + "{% endfor %}" * 3
    with pytest.raises(FileError, match=f"{LONGEST_PROMPT:,}"):
        rendered(tmp_path, loops)


@pytest.mark.parametrize(
    "user",
    [
        "{% for a in papers %}" * 4 + "{% endfor %}" * 4,
        "{% for a in papers %}" * 40 + "{% endfor %}" * 40,
        "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
        "{% if 1 %}" * 5_000 + "{% endif %}" * 5_000,
    ],
    ids=["four loops", "forty loops", "brackets", "conditions"],
)
def test_a_template_that_would_take_without_end_is_refused(tmp_path: Path, user: str) -> None:
    with pytest.raises(FileError):
        rendered(tmp_path, user)


def test_what_is_documented_can_be_written(tmp_path: Path) -> None:
    user = (
        "{{ claim | data }} {{ anchors | join('; ') | data }}"
        "{% for paper in papers %} {{ paper.id }}: "
        "{% for s in paper.sentences %}{{ loop.index }} {{ s | data }} {% endfor %}{% endfor %}"
        "{% if not loop is defined and papers | length == 1 %}end{% endif %}"
    )
    assert rendered(tmp_path, user) == ("Wind drives tides. Lakes 2603.00001: 1 One. 2 Two. end\n")


def test_a_folder_in_a_prompts_place_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "prompts" / "plan.md").mkdir(parents=True)
    with pytest.raises(FileError, match="a folder"):
        load_prompts(tmp_path)


def test_a_link_to_nowhere_in_a_prompts_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "plan.md").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileError, match="a link that leads nowhere"):
        load_prompts(tmp_path)
