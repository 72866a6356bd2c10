"""What the workflow and the script of docs/nightly.md run on: a code host of two folders, and
GitHub's gh played by a script. The steps of the workflow file itself are run, word for word, by
bash."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from retest.data import defaults
from retest.domain.record import Record
from retest.reports.write import write_report

FILES = defaults("nightly")
WORKFLOW: dict[Any, Any] = yaml.safe_load((FILES / "retest.yml").read_text(encoding="utf-8"))
BRANCH = "retest/nightly"
GH = """#!{python}
import json, sys
from pathlib import Path
state = Path({state!r})
known = json.loads(state.read_text())
said = sys.argv[1:]
known["calls"].append(said)
fields = [said[i + 1] for i, a in enumerate(said) if a in ("--field", "--raw-field")]
given = dict(field.split("=", 1) for field in fields)
values = {{k: Path(v[1:]).read_text() if v.startswith("@") else v for k, v in given.items()}}
method = said[said.index("--method") + 1] if "--method" in said else ""
if said[:2] == ["repo", "view"]:
    print("octo/library")
elif method == "GET":
    assert said[said.index("--jq") + 1] == ".[0].number // empty", said
    assert values["state"] == "open"
    for pull in known["pulls"]:
        label = pull.get("owner", "octo") + ":" + pull["head"]
        if pull["open"] and label == values["head"] and pull["base"] == values["base"]:
            print(pull["number"])
            break
elif method == "POST":
    known["pulls"].append({{"number": len(known["pulls"]) + 1, "open": True, **values}})
elif method == "PATCH":
    number = next(int(a.rsplit("/", 1)[1]) for a in said if a.startswith("repos/"))
    known["pulls"][number - 1].update(values)
else:
    sys.exit("gh was asked something unforeseen: " + repr(said))
state.write_text(json.dumps(known))
"""


@dataclass
class Host:
    """A repository with a library, and what gh was asked. `origin` is bare; `people` is where
    somebody works on it."""

    folder: Path
    calls_seen: int = 0
    origin: Path = field(init=False)
    people: Path = field(init=False)

    def __post_init__(self) -> None:
        self.origin, self.people, self.tools = (
            self.folder / n for n in ("origin.git", "people", "tools")
        )
        self.tools.mkdir()
        self._state = self.folder / "github.json"
        self._state.write_text(json.dumps({"pulls": [], "calls": []}), encoding="utf-8")
        self._tool("gh", GH.format(python=sys.executable, state=str(self._state)))
        self._tool("retest", f'#!/bin/sh\nexec {sys.executable} -m retest "$@"\n')
        self._tool("python", "#!/bin/sh\nexit 0\n")  # it is only asked to install
        self.git(
            self.folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(self.origin)
        )
        self.git(self.folder, "clone", "--quiet", str(self.origin), str(self.people))
        self.git(self.people, "switch", "--quiet", "--create", "main")

    def _tool(self, name: str, text: str) -> None:
        (self.tools / name).write_text(text, encoding="utf-8")
        (self.tools / name).chmod(0o755)

    def short_nights(self) -> None:
        """From now on `retest run` is played by a script, which is quicker: it takes what `tonight`
        says."""
        run = (
            'mkdir -p reports .retest; cp "$HOME"/tonight/* reports/; echo paid > .retest/answer; '
        )
        run += 'exit "$(cat "$HOME/status")"'
        self._tool(
            "retest",
            f'#!/bin/sh\n[ "$1" != run ] || {{ {run}; }}\nexec {sys.executable} -m retest "$@"\n',
        )

    def tonight(self, record: Record, status: int = 0) -> None:
        """What the next runs report, and what they end with."""
        write_report(self.folder / "tonight", record)
        (self.folder / "status").write_text(str(status), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """As on a machine of its own: no settings of this one, the bundled library in place of
        arXiv and a model."""
        return {
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "RETEST_SOURCE": "library",
            "RETEST_MODEL": "annotations",
        }

    def bash(self, script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """A script as GitHub runs one under `shell: bash`."""
        file = self.folder / "step.sh"
        file.write_text(script, encoding="utf-8")
        return subprocess.run(
            ["/usr/bin/env", "bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=folder,
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, folder: Path, *arguments: str) -> str:
        who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@localhost"}
        who |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@localhost"}
        done = subprocess.run(
            ["/usr/bin/env", "git", *arguments],
            cwd=folder,
            env={**self.environment(), **who},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Somebody commits files to main; a name's `__` is a slash."""
        for name, text in files.items():
            path = self.people / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git(self.people, "add", "--all")
        self.git(self.people, "commit", "--quiet", "--message", "by hand")
        self.git(self.people, "push", "--quiet", "origin", "HEAD:main")

    def merge(self, *, squash: bool = False) -> None:
        """The reviewer merges the open pull request; the branch is left where it is."""
        self.git(self.people, "fetch", "--quiet", "origin")
        if squash:
            self.git(self.people, "merge", "--quiet", "--squash", f"origin/{BRANCH}")
            self.git(self.people, "commit", "--quiet", "--message", "merged")
        else:
            self.git(
                self.people,
                "merge",
                "--quiet",
                "--no-ff",
                "--message",
                "merged",
                f"origin/{BRANCH}",
            )
        self.git(self.people, "push", "--quiet", "origin", "HEAD:main")
        known = json.loads(self._state.read_text(encoding="utf-8"))
        for pull in known["pulls"]:
            pull["open"] = False
        self._state.write_text(json.dumps(known), encoding="utf-8")

    @property
    def pulls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._state.read_text(encoding="utf-8"))["pulls"]
        return found

    def writes(self) -> list[str]:
        """The methods of the calls of gh that changed something, since this was last asked."""
        calls = json.loads(self._state.read_text(encoding="utf-8"))["calls"]
        new, self.calls_seen = calls[self.calls_seen :], len(calls)
        methods = [call[call.index("--method") + 1] for call in new if "--method" in call]
        return [method for method in methods if method != "GET"]

    def tip(self, branch: str = BRANCH) -> str:
        """The commit of a branch of origin; empty if there is none."""
        return self.git(
            self.origin, "for-each-ref", "--format", "%(objectname)", f"refs/heads/{branch}"
        )

    def subjects(self, branch: str = BRANCH) -> list[str]:
        """First lines of the branch's commits that main has not, the newest first."""
        return self.git(
            self.origin, "log", "--no-merges", "--format=%s", f"main..{branch}"
        ).splitlines()

    def changed(self, branch: str = BRANCH) -> list[str]:
        return self.git(self.origin, "diff", "--name-only", f"main...{branch}").splitlines()


@dataclass
class Ended:
    """How a night of the workflow ended: the jobs' results, and all that was printed."""

    jobs: dict[str, str]
    outputs: dict[str, str]
    log: str
    summary: str


class Night:
    """One run of the workflow: its jobs and steps in order, each `run` by bash, each `uses` by what
    it stands for."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.folder = Path(self._fresh(host.folder / "runner"))
        self.jobs: dict[str, str] = {}
        self.outputs: dict[str, dict[str, str]] = {}
        self.log = ""

    def run(self) -> Ended:
        summary = self.folder / "summary.md"
        summary.touch()
        for name, job in WORKFLOW["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            ready = all(self.jobs[need] == "success" for need in needs)
            context = {
                f"needs.{need}.outputs.{k}": v
                for need in needs
                for k, v in self.outputs[need].items()
            }
            wanted = self._true(job["if"], context, ready=ready) if "if" in job else ready
            self.jobs[name], self.outputs[name] = (
                self._job(name, job, context) if wanted else ("skipped", {})
            )
        return Ended(self.jobs, self.outputs["ask"], self.log, summary.read_text(encoding="utf-8"))

    def _job(
        self, name: str, job: dict[str, Any], context: dict[str, str]
    ) -> tuple[str, dict[str, str]]:
        place, temporary = self.folder / name / "library", self.folder / name / "temp"
        temporary.mkdir(parents=True)
        context = {
            **context,
            "github.ref_name": "main",
            "github.token": "t0ken",
            "github.run_id": "1",
            "github.run_attempt": "1",
            "runner.temp": str(temporary),
            "secrets.ANTHROPIC_API_KEY": "",
            "secrets.OPENAI_API_KEY": "",
        }
        result = "success"
        for step in job["steps"]:
            context.setdefault(f"steps.{step.get('id')}.outcome", "skipped")
            if (
                not self._true(step["if"], context, ready=result == "success")
                if "if" in step
                else result != "success"
            ):
                continue
            values = {
                key: self._filled(value, context) for key, value in step.get("with", {}).items()
            }
            if "uses" in step:
                self._use(step["uses"].partition("@")[0], values, place)
                continue
            output = self.folder / f"{name}-output"
            output.write_text("", encoding="utf-8")
            variables = {
                **{
                    k: self._filled(v, context)
                    for k, v in {**WORKFLOW["env"], **step.get("env", {})}.items()
                },
                "GITHUB_REPOSITORY": "octo/library",
                "GITHUB_REPOSITORY_OWNER": "octo",
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
                "RUNNER_TEMP": str(temporary),
            }
            done = self.host.bash(
                step["run"], place if place.is_dir() else self.folder, **variables
            )
            self.log += f"== {step['name']}\n{done.stdout}{done.stderr}"
            for text in output.read_text(encoding="utf-8").splitlines():
                key, _, value = text.partition("=")
                context[f"steps.{step['id']}.outputs.{key}"] = value
            outcome = "failure" if done.returncode else "success"
            context[f"steps.{step.get('id')}.outcome"] = outcome
            result = "failure" if done.returncode else result
        return result, {k: self._filled(v, context) for k, v in job.get("outputs", {}).items()}

    def _use(self, action: str, values: dict[str, str], place: Path) -> None:
        cache, artifact = self.host.folder / "cache", self.folder / "artifact"
        if action == "actions/checkout":
            assert values["persist-credentials"] == "False"
            self.host.git(self.folder, "clone", "--quiet", str(self.host.origin), str(place))
            if values.get("ref"):
                self.host.git(place, "checkout", "--quiet", "--detach", values["ref"])
        elif action == "actions/cache/restore" and cache.is_dir():
            shutil.copytree(cache, place / values["path"])
        elif action == "actions/cache/save" and (place / values["path"]).is_dir():
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(place / values["path"], cache)
        elif action == "actions/upload-artifact":
            shutil.copytree(values["path"], artifact)
        elif action == "actions/download-artifact":
            shutil.copytree(artifact, values["path"], dirs_exist_ok=True)

    def _true(self, condition: str, context: dict[str, str], *, ready: bool) -> bool:
        """Conditions as the file has them: `always() && a == 'b'`, joined by `&&`."""
        asked = [part.strip() for part in condition.split("&&")]
        ready = ready or "always()" in asked
        for part in asked:
            if part != "always()":
                match = re.fullmatch(r"(\S+) (==|!=) '(\w+)'", part)
                assert match, f"the tests cannot read the condition {condition!r}"
                ready = ready and (context.get(match[1], "") == match[3]) == (match[2] == "==")
        return ready

    def _filled(self, value: object, context: dict[str, str]) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: context.get(match[1], ""), str(value))

    @staticmethod
    def _fresh(folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder
