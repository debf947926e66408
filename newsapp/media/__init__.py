"""Uploaded images: checked, re-encoded and kept on disk. No Flask, no database."""
