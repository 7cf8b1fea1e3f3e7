"""Phones and mailboxes: sending, receipts and replies, with no idea of what a crisis is.

Nothing in here imports the playbook, Flask or SQLAlchemy. Begin with `messages` (the words this
package is spoken to in), then `sender` (how a batch leaves) and `providers` (who carries it).
"""
