"""The one way an article, and what stands around it, is written.

Each public function here is one deed: it checks, writes, records who did it, commits once.
No request, form or response is known here.
"""
