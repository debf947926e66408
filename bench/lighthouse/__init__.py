"""Lighthouse on the demo site, on its mobile profile."""
