"""What one row repeats of another for the look-ups agrees with it."""

# ruff: noqa: S608 -- statements are composed of this room's constants

from __future__ import annotations

from resolver.model.integrity import Examined
from store.database import Database
from store.object_ledger import EARLIEST

_COPIES = (
    (
        "revision",
        "repository and number are not its object's",
        """
        SELECT r.id, o.number, r.number FROM revision r JOIN object o ON o.id = r.object_id
        WHERE r.repository_id {isnt} o.repository_id OR r.number {isnt} o.number
        """,
    ),
    (
        "revision",
        "two versions of one second have one rank",
        "SELECT MAX(r.id), NULL, r.rank FROM revision r GROUP BY r.object_id, r.updated_at, r.rank HAVING COUNT(*) > 1",
    ),
    (
        "sighting",
        "author, number or repository are not its object's",
        """
        SELECT s.id, o.author_id, s.author_id FROM sighting s JOIN object o ON o.id = s.object_id
        WHERE s.repository_id <> o.repository_id OR s.number {isnt} o.number OR s.author_id {isnt} o.author_id
        """,
    ),
    (
        "sighting",
        "object or time are not its text's",
        """
        SELECT s.id, r.updated_at, s.posted_at FROM sighting s JOIN revision r ON r.id = s.revision_id
        WHERE s.object_id {isnt} r.object_id OR s.posted_at {isnt} r.updated_at
        """,
    ),
    (
        "sighting",
        "the earliest time at which its text can have been written is another",
        f"""
        SELECT s.id, {EARLIEST}, s.posted_from FROM sighting s
        WHERE s.object_id IS NOT NULL AND s.posted_from {{isnt}} {EARLIEST}
        """,
    ),
    (
        "sighting",
        "its repository is not its commit's",
        """
        SELECT s.id, c.repository_id, s.repository_id FROM sighting s JOIN git_commit c ON c.id = s.commit_id
        WHERE s.repository_id <> c.repository_id OR s.posted_at IS NOT NULL OR s.author_id IS NOT NULL
        """,
    ),
    (
        "git_commit",
        "it is marked as pushed, or as not pushed, and pushes say otherwise",
        """
        SELECT c.id, NULL, c.pushed FROM git_commit c
        WHERE (c.pushed = 1) <> EXISTS (SELECT 1 FROM push_commit p WHERE p.commit_id = c.id)
        """,
    ),
    (
        "pull_list",
        "it has not as many commits as it says",
        """
        SELECT l.number, l.count, COUNT(c.number) FROM pull_list l LEFT JOIN pull_commit c
        ON c.repository_id = l.repository_id AND c.number = l.number AND c.head_sha = l.head_sha
        GROUP BY l.repository_id, l.number, l.head_sha, l.count HAVING COUNT(c.number) <> l.count
        """,
    ),
    (
        "pull_request",
        "its head is not among those that it had",
        """
        SELECT p.number, p.head_sha, NULL FROM pull_request p WHERE p.head_repository_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM pull_head h WHERE h.repository_id = p.repository_id AND h.number = p.number
            AND h.head_repository_id = p.head_repository_id AND h.head_ref = p.head_ref AND h.sha = p.head_sha)
        """,
    ),
    (
        "line_blame",
        "its lines overlap others, or end before they begin",
        """
        SELECT t.sha, t.before, t.first_line FROM (
            SELECT b.sha, b.first_line, b.last_line, LAG(b.last_line) OVER (
                PARTITION BY b.repository_id, b.sha, b.path_key, b.side ORDER BY b.last_line
            ) AS before FROM line_blame b
        ) t WHERE t.first_line <= t.before OR t.first_line > t.last_line
        """,
    ),
    (
        "line_origin",
        "its lines overlap others, or end before they begin",
        """
        SELECT t.sha, t.before, t.first_line FROM (
            SELECT b.sha, b.first_line, b.last_line, LAG(b.last_line) OVER (
                PARTITION BY b.repository_id, b.sha, b.path_key ORDER BY b.last_line
            ) AS before FROM line_origin b
        ) t WHERE t.first_line <= t.before OR t.first_line > t.last_line
        """,
    ),
    (
        "repository_name",
        "its key is not the name in lower case",
        "SELECT n.name, LOWER(n.name), n.name_key FROM repository_name n WHERE n.name_key <> LOWER(n.name)",
    ),
    (
        "run",
        "its key is not the repository's name in lower case",
        "SELECT n.id, LOWER(n.repository), n.repository_key FROM run n WHERE n.repository_key <> LOWER(n.repository)",
    ),
    (
        "run_number",
        "repository or start are not its run's",
        """
        SELECT m.run_id, n.started_at, m.started_at FROM run_number m JOIN run n ON n.id = m.run_id
        WHERE m.repository_id {isnt} n.repository_id OR m.repository_key {isnt} n.repository_key
            OR m.started_at {isnt} n.started_at
        """,
    ),
    (
        "feedback",
        "repository and number are not its object's",
        """
        SELECT f.id, o.number, f.number FROM feedback f JOIN object o ON o.id = f.object_id
        WHERE f.repository_id <> o.repository_id OR (f.number {isnt} o.number AND {at_home})
        """,
    ),
    (
        "feedback",
        "the resolution that counts is not its newest",
        """
        SELECT f.id, x.newest, f.resolution_id FROM feedback f
        LEFT JOIN (SELECT feedback_id, MAX(id) AS newest FROM resolution GROUP BY feedback_id) x ON x.feedback_id = f.id
        WHERE f.resolution_id {isnt} x.newest
            AND (f.resolution_id IS NOT NULL OR f.state_status NOT IN ('ignored', 'withdrawn'))
        """,
    ),
    (
        "feedback",
        "an answer counts though nothing is asked",
        """
        SELECT f.id, NULL, f.resolution_id FROM feedback f
        WHERE f.state_status IN ('ignored', 'withdrawn') AND f.resolution_id IS NOT NULL
        """,
    ),
    (
        "feedback",
        "what it repeats of its resolution is not what that says",
        """
        SELECT f.id, x.confidence, f.confidence FROM feedback f LEFT JOIN resolution x ON x.id = f.resolution_id
        WHERE f.confidence {isnt} x.confidence OR f.mode {isnt} x.mode OR f.span_id {isnt} x.span_id
        """,
    ),
    (
        "feedback",
        "the agent that it names is not that of its run",
        """
        SELECT f.id, n.agent_name, f.agent_name FROM feedback f
        LEFT JOIN resolution x ON x.id = f.resolution_id
        LEFT JOIN run n ON n.workspace = f.workspace AND n.span_id = f.span_id
        WHERE f.agent_name {isnt} n.agent_name AND (f.agent_name IS NOT NULL OR n.registered_at <= x.resolved_at)
        """,
    ),
    (
        "resolution",
        "its workspace is not its feedback's",
        """
        SELECT x.id, f.workspace, x.workspace FROM resolution x JOIN feedback f ON f.id = x.feedback_id
        WHERE x.workspace <> f.workspace
        """,
    ),
    (
        "change",
        "workspace or resolution are not its feedback's",
        """
        SELECT c.id, f.workspace, c.workspace FROM change c JOIN feedback f ON f.id = c.feedback_id
        LEFT JOIN resolution x ON x.id = c.resolution_id
        WHERE c.workspace <> f.workspace OR x.feedback_id <> f.id
        """,
    ),
    (
        "feedback_watch",
        "its time is not its feedback's",
        """
        SELECT w.feedback_id, f.given_at, w.given_at FROM feedback_watch w JOIN feedback f ON f.id = w.feedback_id
        WHERE w.given_at <> f.given_at
        """,
    ),
    (
        "report",
        "workspace, repository or instruction are not its feedback's",
        """
        SELECT p.id, f.workspace, p.workspace FROM report p JOIN feedback f ON f.id = p.feedback_id
        WHERE p.workspace <> f.workspace OR p.repository_id <> f.repository_id OR p.instruction <> f.instruction
        """,
    ),
    (
        "report",
        "it tells of another answer than its feedback's newest",
        """
        SELECT p.id, f.resolution_id, p.resolution_id FROM report p JOIN feedback f ON f.id = p.feedback_id
        WHERE f.resolution_id IS NOT NULL AND p.resolution_id {isnt} f.resolution_id
        """,
    ),
    (
        "report",
        "it is withdrawn, or is not, against its feedback",
        """
        SELECT p.id, f.status, p.status FROM report p JOIN feedback f ON f.id = p.feedback_id
        WHERE (p.status = 'withdrawn') <> (f.status IN ('ignored', 'withdrawn'))
        """,
    ),
    (
        "report_entry",
        "it counts, and is not the newest of its type and key",
        """
        SELECT e.id, MAX(b.id), e.id FROM report_entry e JOIN report_entry b ON b.report_id = e.report_id
            AND b.type = e.type AND b.entry_key = e.entry_key AND b.deleted_at IS NULL AND b.id > e.id
        WHERE e.counts = 1 GROUP BY e.id
        """,
    ),
    (
        "report_entry",
        "it counts, and was deleted",
        "SELECT e.id, 0, e.counts FROM report_entry e WHERE e.counts = 1 AND e.deleted_at IS NOT NULL",
    ),
)
"""Table, what is wrong, and the rows of which it is: key, what was expected, what was found. None of them are texts."""

_AT_HOME = """
EXISTS (
    SELECT 1 FROM repository_workspace w WHERE w.repository_id = f.repository_id AND w.workspace = f.workspace
)
"""
_MOST = 1000


def check_copies(database: Database, examined: Examined) -> None:
    """Compare each copy with its source."""
    words = {"isnt": "IS DISTINCT FROM" if database.is_postgres else "IS NOT", "at_home": _AT_HOME}
    for table, message, sql in _COPIES:
        examined.checked["copies"] += 1
        for key, expected, found in database.rows(f"{sql.format(**words)} LIMIT {_MOST}"):
            examined.fault("copy", table, key, message, expected=expected, found=found)
