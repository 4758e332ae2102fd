"""The command line (SPEC §8): ``whichrun`` and its commands, one small module for each group of them.

``COMMANDS`` names every command once, with its line in ``whichrun --help``; a command's module is imported when that
command is run. So ``sign`` never pays for the store, and ``serve``'s supervisor stays light.
"""

from __future__ import annotations

from receiver.cli.base import LazyGroup, examples

COMMANDS = {
    "init": ("receiver.cli.init:init", "Write a .env with fresh secrets into the working folder."),
    "serve": ("receiver.cli.serve:serve", "Receive webhooks and answer the API: web and worker in one go."),
    "worker": ("receiver.cli.worker:worker", "Process deliveries from the inbox until stopped."),
    "migrate": ("receiver.cli.migrate:migrate", "Bring the store's schema up to date."),
    "demo": ("receiver.cli.demo:demo", "Play a pull request's life against the real service on this machine."),
    "sign": ("receiver.cli.sign:sign", "Print the marks that say which run made a text or a commit."),
    "verify": ("receiver.cli.verify:verify", "Say of each claim in a text whether it holds."),
    "hook": ("receiver.cli.hook:hook", "Sign the commits of agent runs, by git hooks."),
    "resolve": ("receiver.cli.resolve:resolve", "Say which run made the object at a GitHub URL."),
    "runs": ("receiver.cli.runs:runs", "List the registered runs, newest first."),
    "feedback": ("receiver.cli.feedback:feedback", "List the feedback and the runs it is about, newest first."),
    "token": ("receiver.cli.token:token", "Make, list and revoke tokens of the HTTP API."),
    "keys": ("receiver.cli.keys:keys", "Make, list and retire the keys that claims are signed with."),
    "replay": ("receiver.cli.replay:replay", "Process stored deliveries again."),
    "backup": ("receiver.cli.backup:backup", "Copy the whole store into a file, beside the running service."),
    "check": ("receiver.cli.check:check", "Look every row of the store over and say what is damaged."),
    "backfill": ("receiver.cli.backfill:backfill", "Read the history of a repository from GitHub."),
    "import": ("receiver.cli.importing:importing", "Take runs, artifacts and feedback of another tool's database."),
    "forget": ("receiver.cli.forget:forget", "Erase what a person wrote, and keep that there was something."),
    "mcp": ("receiver.cli.mcp:mcp", "Offer the answers to agents as tools, over MCP."),
    "doctor": ("receiver.cli.doctor:doctor", "Look the set-up over and say what is wrong."),
}

main = LazyGroup(
    "whichrun",
    commands=COMMANDS,
    help="Which agent run made this? Answers it for anything on GitHub, with the evidence.",
    epilog=examples("whichrun demo", "whichrun init && whichrun serve"),
)
