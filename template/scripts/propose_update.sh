#!/usr/bin/env bash
# Opens a pull request with the newest version of the template, if there is a newer one.
# Needs the command gh.
set -euo pipefail

if uv run python -m scripts.template check; then
    exit
fi
description=$(mktemp)
uv run python -m scripts.template preview --markdown > "$description"
base=$(git rev-parse --abbrev-ref HEAD)

options=()
uv run python -m scripts.template update --force --defaults || options=(--draft)
# What waits for a decision is open in the description.
if grep --quiet '<details open>' "$description"; then
    options=(--draft)
fi
version=$(sed -n 's/^_commit: //p' .copier-answers.yml)
branch="template-$version"
if git ls-remote --exit-code --heads origin "$branch" > /dev/null; then
    echo "There is a branch $branch already."
    exit
fi
git switch --quiet --create "$branch"
git add --all
git commit --quiet --no-verify --message "chore: update the template to $version"
git push --quiet origin "$branch"
gh pr create --base "$base" --head "$branch" --title "chore: update the template to $version" \
    --body-file "$description" "${options[@]}"
