"""Clients written as people write them against the documents: scripts of the standard library that know nothing of us.

Each takes the server's address, and ends with a traceback where anything is not as its document says.
"""
