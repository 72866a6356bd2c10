"""The workflow and the script that run retest every night do what docs/nightly.md says, night after
night."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from retest.data import defaults
from retest.reports.write import write_report
from tests.nightly import BRANCH, FILES, WORKFLOW, Host, Night
from tests.reports.news import claim, line

LINE = "scale-anticipation"
STEPS: list[dict[str, Any]] = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


def claims(*changes: tuple[str, str]) -> str:
    """The bundled line with its first two claims only, which is quicker, and with something changed
    in it."""
    line = yaml.safe_load((defaults("claims") / f"{LINE}.yaml").read_text(encoding="utf-8"))
    line["claims"] = line["claims"][:2]
    del line["answer"]  # it leans on the others too
    text: str = yaml.safe_dump(
        json.loads(json.dumps(line, default=str)), default_style='"', width=10_000
    )
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


STRANGE = "Wind $(touch pwned) `touch pwned` ; touch pwned @octocat #1 'x\\\" %s"
REWORDED = claims(
    ("Post-trained language models recognise", f"{STRANGE} Post-trained language models recognise")
)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = Host(tmp_path)
    made.write(**{f"claims__{LINE}_yaml": claims(), "_gitignore": ".retest/\n"})
    return made


@pytest.fixture
def short(host: Host) -> Host:
    """A host whose runs are played; their first report is of the line `tides`."""
    host.short_nights()
    host.tonight(line(line="tides"))
    return host


TURNED = line(claim(verdict="overturned"), line="tides")


def test_night_after_night_there_is_one_branch_one_pull_request_and_nothing_of_a_quiet_night(
    host: Host,
) -> None:
    ended = Night(host).run()
    assert ended.jobs == {"ask": "success", "propose": "success", "red": "skipped"}, ended.log
    (pull,) = host.pulls
    assert (pull["head"], pull["base"], pull["title"]) == (
        BRANCH,
        "main",
        f"{LINE}: first report, 2 relaxed",
    )
    assert "First report of scale-anticipation" in pull["body"]
    assert host.writes() == ["POST"]
    assert host.subjects() == [pull["title"]]
    assert host.changed() == [f"reports/{LINE}.{suffix}" for suffix in ("json", "md", "svg")]
    assert pull["title"] in ended.summary

    first, main = host.tip(), host.tip("main")
    ended = Night(host).run()
    assert ended.jobs == {"ask": "success", "propose": "skipped", "red": "skipped"}, ended.log
    assert (host.writes(), host.tip(), host.tip("main")) == ([], first, main), (
        "a quiet night leaves nothing"
    )

    host.write(**{f"claims__{LINE}_yaml": REWORDED})
    ended = Night(host).run()
    assert ended.jobs["propose"] == "success", ended.log
    assert ended.outputs["status"] == "3", "another wording is one that the library does not know"
    assert "::warning::" in ended.log
    assert host.writes() == ["PATCH"], "the open pull request is renewed"
    (pull,) = host.pulls
    assert pull["title"] == f"{LINE}: first report, 1 relaxed, 1 undetermined", (
        "it tells all that main has not"
    )
    assert "not-judged" in pull["body"]
    assert "@octocat" not in pull["body"]
    assert host.subjects() == [f"{LINE}: 1 claim reworded", f"{LINE}: first report, 2 relaxed"]
    for before in (first, host.tip("main")):
        assert host.git(host.origin, "merge-base", before, host.tip()) == before, (
            "the branch goes on, with main in it"
        )
    assert not list(host.folder.rglob("pwned")), "a claim's text was run"


@pytest.mark.parametrize("squash", [True, False])
def test_when_the_pull_request_is_merged_the_next_news_is_another_one(
    short: Host, squash: bool
) -> None:
    Night(short).run()
    short.merge(squash=squash)
    assert short.writes() == ["POST"]
    assert Night(short).run().jobs["propose"] == "skipped", "what is merged is no news"
    short.tonight(TURNED)
    assert Night(short).run().jobs["propose"] == "success"
    assert short.writes() == ["POST"]
    assert [pull["title"] for pull in short.pulls] == [
        "tides: first report, 1 holds",
        "tides: 1 overturned",
    ]
    assert short.subjects() == ["tides: 1 overturned"], "the branch begins anew on main"


def test_what_a_reviewer_commits_to_the_branch_stays_there(short: Host) -> None:
    Night(short).run()
    short.git(short.people, "fetch", "--quiet", "origin")
    short.git(short.people, "switch", "--quiet", "--detach", f"origin/{BRANCH}")
    short.git(short.people, "commit", "--quiet", "--allow-empty", "--message", "a review")
    short.git(short.people, "push", "--quiet", "origin", f"HEAD:{BRANCH}")
    short.tonight(TURNED)
    assert Night(short).run().jobs["propose"] == "success"
    assert short.subjects() == ["tides: 1 overturned", "a review", "tides: first report, 1 holds"]


def test_a_strangers_pull_request_from_a_branch_of_the_same_name_is_not_taken_for_ours(
    short: Host,
) -> None:
    known = json.loads((short.folder / "github.json").read_text(encoding="utf-8"))
    theirs = {
        "number": 1,
        "open": True,
        "owner": "stranger",
        "head": BRANCH,
        "base": "main",
        "title": "theirs",
    }
    known["pulls"].append(theirs)
    (short.folder / "github.json").write_text(json.dumps(known), encoding="utf-8")
    Night(short).run()
    assert short.writes() == ["POST"]
    assert short.pulls[0]["title"] == "theirs"


@pytest.mark.parametrize("status", [1, 2])
def test_a_night_that_fails_is_red_keeps_what_was_paid_for_and_proposes_nothing(
    short: Host, status: int
) -> None:
    short.tonight(TURNED, status)
    ended = Night(short).run()
    assert ended.jobs == {"ask": "failure", "propose": "skipped", "red": "skipped"}
    assert (ended.outputs["status"], short.writes(), short.tip()) == (str(status), [], "")
    assert (short.folder / "cache" / "answer").read_text(encoding="utf-8") == "paid\n"


def test_somebody_elses_report_in_between_is_never_mixed_into_ours(short: Host) -> None:
    Night(short).run()
    short.merge()
    short.tonight(TURNED)
    Night(short).run()
    assert short.writes() == ["POST", "POST"]
    report = (short.people / "reports" / "tides.md").read_text(encoding="utf-8")
    short.write(reports__tides_md=f"{report}A line far from all that the branch changes.\n")
    ended = Night(short).run()
    assert ended.jobs["ask"] == "failure"
    assert "cannot be merged: merge them by hand" in ended.log
    assert short.writes() == []


def test_with_fail_on_the_pull_request_is_there_and_the_build_is_red(short: Host) -> None:
    short.tonight(TURNED, 4)
    assert Night(short).run().jobs == {"ask": "success", "propose": "success", "red": "failure"}
    assert Night(short).run().jobs == {"ask": "success", "propose": "skipped", "red": "failure"}, (
        "until it is seen to"
    )
    assert short.writes() == ["POST"]


def test_every_action_is_pinned_to_a_commit_and_says_its_release() -> None:
    text = (FILES / "retest.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_no_expression_stands_in_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", ""), (
            f"{step['name']}: a script gets what others wrote as a variable"
        )


def test_each_job_has_the_least_that_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "ask": {"contents": "read", "pull-requests": "read"},
        "propose": {"contents": "write", "pull-requests": "write"},
        "red": {},
    }
    for job in JOBS.values():
        assert job["timeout-minutes"] <= 180
        if "write" in job["permissions"].values():
            assert not any("retest" in step.get("run", "").split() for step in job["steps"])
            assert not any("pip" in step.get("run", "") for step in job["steps"])


def test_keys_are_seen_by_the_run_alone_and_no_credential_stays() -> None:
    assert [s["name"] for s in STEPS if "secrets." in json.dumps(s)] == ["Run"]
    assert "secrets." not in json.dumps(WORKFLOW["env"])
    tokens = [step["name"] for step in STEPS if "github.token" in json.dumps(step)]
    assert "Run" not in tokens
    assert "Install retest" not in tokens
    for step in STEPS:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_it_runs_every_night_and_when_asked_and_never_twice_at_once() -> None:
    when = WORKFLOW[True]  # what YAML 1.1 makes of `on`
    assert set(when) == {"schedule", "workflow_dispatch"}
    assert re.fullmatch(r"\d+ \d+ \* \* \*", when["schedule"][0]["cron"])
    assert WORKFLOW["concurrency"] == {"group": "retest-nightly", "cancel-in-progress": False}


def test_what_is_paid_for_is_saved_however_the_run_ended() -> None:
    (save,) = [step for step in STEPS if "cache/save" in step.get("uses", "")]
    (restore,) = [step for step in STEPS if "cache/restore" in step.get("uses", "")]
    assert save["if"].startswith("always()")
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert "run_id" in save["with"]["key"], "a cache is never written twice under one key"


@pytest.fixture
def clone(short: Host) -> Path:
    place = short.folder / "clone"
    short.git(short.folder, "clone", "--quiet", str(short.origin), str(place))
    return place


def by_hand(host: Host, clone: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = " ".join([f"'{FILES / 'nightly.sh'}'", f"'{clone}'", *options])
    return host.bash(f"bash {words}", host.folder)


def test_the_script_for_cron_and_systemd_does_the_same(short: Host, clone: Path) -> None:
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes()) == (0, ["POST"]), ended.stderr
    first = short.tip()
    (clone / "reports" / "tides.json").write_text(
        "half a rep", encoding="utf-8"
    )  # a night was killed here
    (clone / ".git" / "index.lock").touch()
    quiet = by_hand(short, clone)
    assert (quiet.returncode, short.writes(), short.tip()) == (0, [], first), quiet.stderr

    short.tonight(TURNED, 3)
    ended = by_hand(short, clone, "--source", "mirror")
    assert (ended.returncode, short.writes()) == (3, ["PATCH"]), ended.stderr
    assert short.subjects() == ["tides: 1 overturned", "tides: first report, 1 holds"]
    short.merge()
    assert (by_hand(short, clone).returncode, short.writes()) == (3, []), (
        "a quiet night ends with the run's status"
    )
    short.tonight(line(line="tides"), 4)
    assert (by_hand(short, clone).returncode, short.writes()) == (4, ["POST"])
    assert short.subjects() == ["tides: 1 now holds"]
    short.tonight(TURNED, 1)
    assert (by_hand(short, clone).returncode, short.writes()) == (1, [])


def test_the_script_does_without_gh(short: Host, clone: Path) -> None:
    (short.tools / "gh").unlink()
    if shutil.which("gh"):
        pytest.skip("gh is installed on this machine")
    for status in (0, 0):
        ended = by_hand(short, clone)
        assert ended.returncode == status, ended.stderr
    short.tonight(TURNED)
    assert by_hand(short, clone).returncode == 0
    assert short.subjects() == ["tides: 1 overturned", "tides: first report, 1 holds"]
    short.merge()
    short.tonight(line(line="tides"))
    assert by_hand(short, clone).returncode == 0
    assert short.subjects() == ["tides: 1 now holds"], "what is merged is done with"


def test_the_script_leaves_a_clone_alone_that_somebody_works_in(short: Host, clone: Path) -> None:
    (clone / "claims" / "mine.yaml").write_text("line: mine\n", encoding="utf-8")
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes(), short.tip()) == (2, [], "")
    assert "changes that are not committed" in ended.stderr
    assert (clone / "claims" / "mine.yaml").exists()
    assert by_hand(short, short.folder / "nowhere").returncode == 2
    (short.folder / "empty").mkdir()
    assert by_hand(short, short.folder / "empty").returncode == 2


@pytest.mark.parametrize("killed", [False, True])
def test_a_night_whose_commit_failed_or_was_killed_does_not_block_the_nights_after_it(
    short: Host, clone: Path, killed: bool
) -> None:
    hook = clone / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\n" + ("kill -9 $PPID\n" if killed else "exit 3\n"))
    hook.chmod(0o755)
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes(), short.tip()) == (1, [], ""), ended.stderr
    assert "nightly: line" in ended.stderr
    staged = short.git(clone, "diff", "--cached", "--name-only").split()
    assert "reports/tides.json" in staged, "the test's own night left nothing behind"
    hook.unlink()
    for lock in (".git/HEAD.lock", ".git/packed-refs.lock", ".git/refs/heads/main.lock"):
        (clone / lock).touch()
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes()) == (0, ["POST"]), ended.stderr
    assert short.subjects() == ["tides: first report, 1 holds"]


def test_a_push_that_is_refused_ends_the_night_with_1_and_the_next_one_pushes(
    short: Host, clone: Path
) -> None:
    hook = short.origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes(), short.tip()) == (1, [], ""), ended.stderr
    hook.unlink()
    ended = by_hand(short, clone)
    assert (ended.returncode, short.writes()) == (0, ["POST"]), ended.stderr


def test_a_night_on_an_earlier_day_than_the_records_is_refused_and_changes_nothing(
    host: Host, tmp_path: Path
) -> None:
    """The real program: the clock of the machine went back."""
    write_report(host.people / "reports", line(line=LINE, as_of=date(2126, 1, 1)))
    host.write()
    folder = tmp_path / "clone-earlier"
    host.git(tmp_path, "clone", "--quiet", str(host.origin), str(folder))
    ended = by_hand(host, folder, "--source", "mirror", "--model", "manual")
    assert (ended.returncode, host.writes(), host.tip()) == (2, [], ""), ended.stderr
    assert f"{LINE}.json is of 2126-01-01" in ended.stderr
    assert "--reports" in ended.stderr
    assert not host.git(folder, "status", "--porcelain")


def test_two_nights_of_the_script_do_not_overlap(short: Host, clone: Path) -> None:
    held = (
        f"exec 8>> '{clone}/.git/retest-nightly.lock'; flock 8; bash '{FILES}/nightly.sh' '{clone}'"
    )
    ended = short.bash(held, clone)
    assert (ended.returncode, "still under way" in ended.stderr) == (75, True)


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names keep their case
    parser.read(FILES / name, encoding="utf-8")
    return parser


def test_the_systemd_units_know_the_statuses_and_where_the_keys_are() -> None:
    service = unit("retest.service")["Service"]
    assert "3" in service["SuccessExitStatus"].split()
    assert not {"1", "2", "4"} & set(service["SuccessExitStatus"].split())
    assert service["EnvironmentFile"] == "/etc/retest/env"
    assert service["ProtectSystem"] == "strict"
    assert unit("retest.timer")["Timer"]["Persistent"] == "yes"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for name in ("retest.service", "retest.timer"):
        text = (FILES / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            re.sub("ExecStart=.*", "ExecStart=/bin/true", text), encoding="utf-8"
        )
    units = [str(tmp_path / name) for name in ("retest.service", "retest.timer")]
    done = subprocess.run(
        ["/usr/bin/env", "systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_line_for_cron_is_one_line_without_a_per_cent_sign_and_is_silent_if_all_is_well() -> (
    None
):
    (line,) = [
        text
        for text in (FILES / "retest.cron").read_text(encoding="utf-8").splitlines()
        if text.startswith("17")
    ]
    assert "%" not in line, "cron would make a line break of it"
    assert "0|3|75)" in line
