"""Backups, their restoration, the proof that all is well, and the way to PostgreSQL.

Knows no request; the commands over it stand in ``newsapp/commands/keeping.py``.
"""
