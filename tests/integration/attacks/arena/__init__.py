"""The place of an attack: a worker with its runner, and bait around it. Runs as a program of its
own, as any user, without pytest.
"""
