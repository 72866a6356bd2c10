#!/usr/bin/env bash
# One night on a machine of your own, for cron or systemd: run retest in a clone of your library that nobody else works
# in. News is committed on one branch and pushed, and with GitHub's gh at hand becomes one pull request, or changes the
# one that is open. A quiet night leaves nothing behind. See docs/nightly.md of retest.
#
# usage: nightly.sh CLONE [options of `retest run`, such as --fail-on overturned]
# Ends with the status of `retest run`; 1 if git or gh fails, 2 if the clone is not fit, 75 if a night is still under way.
set -euo pipefail
trap 'echo "nightly: line $LINENO failed; the next night begins from what is pushed" >&2; exit 1' ERR

clone=${1:?usage: nightly.sh CLONE [options of retest run]}
shift
branch=retest/nightly
export GIT_AUTHOR_NAME="${GIT_AUTHOR_NAME:-retest}" GIT_AUTHOR_EMAIL="${GIT_AUTHOR_EMAIL:-retest@localhost}"
export GIT_COMMITTER_NAME="${GIT_COMMITTER_NAME:-retest}" GIT_COMMITTER_EMAIL="${GIT_COMMITTER_EMAIL:-retest@localhost}"

unfit() {
  echo "nightly: $1" >&2
  exit 2
}

cd -- "$clone" || unfit "there is no folder $clone"
[ -d .git ] || unfit "$clone is no clone of a git repository"
exec 9>> .git/retest-nightly.lock
flock --nonblock 9 || { echo "nightly: another night is still under way" >&2; exit 75; }

# A night that was killed, or whose commit failed, may have left git's own locks, half a merge, or reports that are
# changed, staged or new. Nothing but reports is put back: changes elsewhere are somebody's.
find .git -maxdepth 1 -name '*.lock' ! -name retest-nightly.lock -delete
find .git/refs -name '*.lock' -delete
git merge --abort 2> /dev/null || true
git reset --quiet -- reports 2> /dev/null || true
git checkout --quiet --force HEAD -- reports 2> /dev/null || true
git clean --quiet --force -d -- reports
[ -z "$(git status --porcelain)" ] || unfit "$clone has changes that are not committed (is .retest/ in .gitignore?): give the night a clone of its own"

git fetch --quiet --prune origin
base=$(git symbolic-ref --short refs/remotes/origin/HEAD) || unfit "origin/HEAD is not set: git remote set-head origin --auto"
base=${base#origin/}
start=$(git rev-parse "refs/remotes/origin/$base")
tip=$(git rev-parse --verify --quiet "refs/remotes/origin/$branch" || true)

# Go on from what is proposed and not yet merged.
repository="" pull=""
if command -v gh > /dev/null; then
  repository=$(gh repo view --json nameWithOwner --jq .nameWithOwner)
  pull=$(gh api --method GET "repos/$repository/pulls" --raw-field state=open \
    --raw-field "head=${repository%%/*}:$branch" --raw-field "base=$base" --jq '.[0].number // empty')
  [ -n "$pull" ] && proposed=$tip || proposed=""
elif [ -n "$tip" ] && ! git merge-base --is-ancestor "$tip" "$start"; then
  proposed=$tip
else
  proposed=""
fi
if [ -n "$proposed" ]; then
  git checkout --quiet --detach "$proposed"
  mkdir -p .git/info
  grep -qsF 'reports/** merge=binary' .git/info/attributes || echo 'reports/** merge=binary' >> .git/info/attributes
  git merge --quiet --no-edit "$start" || unfit "$branch and $base cannot be merged: merge them by hand, or delete $branch"
else
  git checkout --quiet --detach "$start"
fi

status=0
retest run --all "$@" || status=$?
case "$status" in
  0 | 3 | 4) ;;
  *) exit "$status" ;;
esac
if [ -z "$(git status --porcelain -- reports)" ]; then
  echo "nightly: nothing new" >&2
  exit "$status"
fi

text=$(mktemp -d)
trap 'rm -rf "$text"' EXIT
retest diff --against HEAD --markdown > "$text/tonight.md"
retest diff --against "$start" --markdown > "$text/pull.md"
sed -n 1p "$text/tonight.md" > "$text/message"
sed -n 1p "$text/pull.md" | tr -d '\n' > "$text/title"
sed 1,2d "$text/pull.md" > "$text/body.md"

git add --all -- reports
git commit --quiet --file "$text/message"
helper=()
[ -z "${GH_TOKEN:-}" ] || helper=(-c credential.helper= -c 'credential.helper=!gh auth git-credential')
git "${helper[@]}" push --quiet "--force-with-lease=refs/heads/$branch:$tip" origin "HEAD:refs/heads/$branch"
if [ -n "$pull" ]; then
  gh api --silent --method PATCH "repos/$repository/pulls/$pull" \
    --field "title=@$text/title" --field "body=@$text/body.md"
elif [ -n "$repository" ]; then
  gh api --silent --method POST "repos/$repository/pulls" --raw-field "head=$branch" --raw-field "base=$base" \
    --field "title=@$text/title" --field "body=@$text/body.md"
fi
echo "nightly: $(cat "$text/message")" >&2
exit "$status"
