"""Uploaded pictures and documents: checked, kept on disk, named. No Flask, no database."""
