"""Accounts: who may sign in, signing in and out, who is signed in now."""
