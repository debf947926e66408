"""Uploaded pictures and documents: checked, named, kept in a folder or a bucket. No Flask, no database."""
