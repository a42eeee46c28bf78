"""Documents: values in, PDF bytes out. No database, no request, no clock: whoever calls has read all that.

People's texts stay text, nothing but our own font is fetched, and the same values give the same bytes.
"""
