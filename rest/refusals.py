"""What the server tells the application of a request that it could not read.

It stands alone, because the server's worker imports it before there are any settings.
"""

REFUSAL = "rest.refusals"  # in the WSGI environ: the status and a sentence
