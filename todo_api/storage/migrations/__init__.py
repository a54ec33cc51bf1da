"""Alembic's side of storage: `env.py` runs the steps of `versions/`, one file for each."""
