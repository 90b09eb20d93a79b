"""What the server tells the application of a request that it could not read.

It stands alone, because the server's worker imports it before there are any settings.
"""

REFUSAL = "rest.refusals"  # in the WSGI environ: the status and a sentence
HEADER_BYTES = 65_536  # that the request line and the headers may have together
HEADERS_TOO_LONG = f"The request line and the headers are longer than {HEADER_BYTES} bytes."
